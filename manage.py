"""Django's own entry point; `homeward` on the command line is the same thing with plainer words."""

from homeward.config.commands import main

if __name__ == "__main__":
    main()
