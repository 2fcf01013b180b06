"""The code of the pages: included, executed, drawn and tested from here."""
