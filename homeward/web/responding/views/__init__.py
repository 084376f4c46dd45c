"""The pages of the crisis board, by subject."""
