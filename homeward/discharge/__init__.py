"""Coming home: stays in hospital, what each still waits for, who does it by when, and how the person leaves.

Words: a *stay* is one time in hospital; somebody is *ready* from the day on which the period began in which they no
longer meet the criteria to reside; an *action* is the next thing to be done for a stay, with an owner and a time; what
holds it up is its *blocker*, one of the national delay reasons; the *way home* is one of the national pathways 0 to 3.
"""
