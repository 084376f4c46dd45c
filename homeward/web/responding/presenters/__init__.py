"""The finished words of the crisis board, by subject."""
