"""Short forms of given names: which names may be of one person, as `Jim Wright` and `James Wright`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.ids import name_of

_TABLE = """
alan al
albert al bert
alexander alec alex sandy
alfred al alf fred
andrew andy drew
anthony tony
arthur art
barbara barb
benjamin ben benny
bernard bernie
catherine cathy kate kathy katie
charles charlie chuck
christopher chris kit
clifford cliff
cynthia cindy
daniel dan danny
david dave
deborah deb debbie
donald don donny
douglas doug
edward ed eddie ned ted teddy
elizabeth beth betsy betty eliza libby liz lizzie
eugene gene
francis frank
franklin frank
frederick fred freddie freddy
geoffrey geoff
gerald gerry jerry
gerard gerry
gregory greg
harold hal harry
henry hank harry
howard howie
jacob jake
james jamie jim jimmy
jeffrey jeff
jennifer jen jenny
john jack johnny
jonathan jon
joseph joe joey
joshua josh
judith judy
katherine kate kathy katie
kathleen kathy
kenneth ken kenny
laurence larry
lawrence larry
leonard len lenny
margaret maggie meg peggy
martin marty
matthew matt
michael mick mickey mike
nathaniel nat nathan nate
nicholas nick nicky
norman norm
pamela pam
patricia pat patty tricia
patrick paddy pat
peter pete
philip phil
phillip phil
randall randy
raymond ray
rebecca becky
richard dick rich rick ricky
robert bob bobby rob robbie
ronald ron ronnie
russell russ
samuel sam sammy
sidney sid
solomon sol
stanley stan
stephen steve
steven steve
stuart stu
susan sue susie
suzanne sue
terence terry
theodore ted teddy
thomas tom tommy
timothy tim timmy
valerie val
victor vic
victoria vicky
vincent vince vinny
virginia ginny
walter wally walt
william bill billy will willy
zachary zach zack
"""
_WHOLE: defaultdict[str, set[str]] = defaultdict(set)
_SHORT: dict[str, list[str]] = {}
for _name, *_shorts in map(str.split, _TABLE.strip().split("\n")):
    _SHORT[_name] = _shorts
    for _short in _shorts:
        _WHOLE[_short].add(_name)


def is_form(word: str) -> bool:
    """Return whether the word is one of these given names, short or whole."""
    return (plain := word.lower()) in _SHORT or plain in _WHOLE


def variants(key: str) -> Iterator[tuple[str, str]]:
    """Pairs of keys, the short name and the whole, that may be of one person, this key being either."""
    given, _, rest = name_of(key).partition("-")
    if rest:
        yield from ((key, f"person-{whole}-{rest}") for whole in _WHOLE.get(given, ()))
        yield from ((f"person-{short}-{rest}", key) for short in _SHORT.get(given, ()))
