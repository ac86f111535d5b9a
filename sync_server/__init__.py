"""Head office: takes the journals of every till, keeps the books, tells every till what is new."""
