"""The audience: who the members are, what they have done, and which groups they fall into."""
