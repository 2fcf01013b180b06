"""`python -m mhat.identify numbers.txt`."""

from mhat.identify import main

main()
