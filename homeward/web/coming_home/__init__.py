"""Coming home: everybody in hospital, what each waits for, and how they leave."""
