"""What the file of the second search takes to the page."""

from mhat.identify.second import advance, begun, done, ended
from mhat.identify.second_telling import looking, second_words

__all__ = ["advance", "begun", "done", "ended", "looking", "second_words"]
