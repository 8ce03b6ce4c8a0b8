"""Given names of many countries: what tells `Narendra Modi` from a firm where a text says nothing else of him."""

from __future__ import annotations

_TABLE = """
aaron abdul abdullah adam ahmad ahmed akira alan albert alejandro aleksandr alex alexander alexei ali alice amir ana
andre andrea andreas andrei andrew angela ann anna anne anthony antonio antony anwar arthur arun ashok asif barack
barbara ben benjamin bernard bernd bill bob boris brian bruce carl carla carlos carmen carol caroline catherine charles
charlotte chris christian christine christopher chuck claire claude colin craig cristina dan daniel david deepak denis
dennis diana diego dieter dmitri dmitry don donald dorothy doug douglas eduardo edward elena elizabeth emily emma
emmanuel eric erich ernest eugene fatima felipe ferdinand fernando francisco francois frank franz fred frederick
friedrich gary gennady geoffrey george gerald gerard gerhard giorgia giorgio giovanni giulio giuseppe gordon graham greg
guillermo gunter hamid hans harold harry hassan heinrich heinz helen helmut henri henry hillary hiroshi howard hugo
hussein ibrahim igor imran indira ivan jack jacques jaime jake james jan jane janet jason javier jawaharlal jean jeff
jeffrey jennifer jerry jessica jill jim jimmy joan joao joe joel johann john jonathan jorge jose joseph josh juan judith
juergen julia julian karen karl katherine kathleen keith kelly ken kenji kenneth kevin khalid khawaja klaus kofi larry
laura lawrence lech leon leonid lisa louis lucy luigi luis mahmoud manmohan manuel marc marco margaret maria marie mario
mark martin mary masahiro matt matthew maurice max michael michel michelle miguel mikhail milan mohamed mohammad
mohammed mohandas muhammad mustafa nancy narendra naresh natalia nawaz nelson nicholas nicolas nicole nigel nikita
nikolai norman oleg olga oliver omar oscar pablo pamela patricia patrick paul pavel pedro peter phil philip philippe
pierre piotr prakash rachel rahul rajesh rajiv ralph ramesh ravi raymond rebecca ricardo richard rob robert roberto
roger roland ron ronald rosa roy russ ruth sally sam samuel sandra sanjay sara sarah satoshi scott sean sergei sergey
sergio shehbaz shimon shinzo silvio simon sonia stefan stephen steve steven stuart subrahmanyam sunil suresh susan
takeshi tariq ted terry theodore theresa thomas tim timothy tom tony ulrich valery vasily vera victor vijay viktor
vincent vladimir volodymyr walter wayne wilhelm william winston wolfgang xavier yasser yasuhiro yevgeny yitzhak yoko
yuri yves zhang zoran
"""
_NAMES = frozenset(_TABLE.split())


def is_given(word: str) -> bool:
    return word.lower() in _NAMES
