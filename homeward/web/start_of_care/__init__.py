"""The start of care at home: when it can be, what was promised, what is seen to, the call after."""
