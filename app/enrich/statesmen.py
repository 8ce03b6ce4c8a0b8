"""People whom news calls by surname alone, everywhere and always: who is meant where an article has no fuller name.

Only of surnames that nobody else of their fame has: no Bush, Clinton, Kennedy, Carter or Blair. Names after `=` are
other ways to write the surname, or the whole name.
"""

from __future__ import annotations

from app.text import fold

_TABLE = """
Ronald Reagan; Mikhail Gorbachev = Gorbachov; Margaret Thatcher; Francois Mitterrand; Jacques Chirac; Helmut Kohl
Yasuhiro Nakasone; Leonid Brezhnev; Nikita Khrushchev; Winston Churchill; Adolf Hitler; Benito Mussolini
Boris Yeltsin; Vladimir Putin; Dmitry Medvedev; Angela Merkel; Emmanuel Macron; Nicolas Sarkozy; Silvio Berlusconi
Barack Obama; Donald Trump; Joe Biden; Henry Kissinger; Richard Nixon; Fidel Castro; Augusto Pinochet
Muammar Gaddafi = Gadhafi | Qaddafi | Gadafi | Kadhafi | Khadafy | Muammar Gadhafi | Muammar Qaddafi | Moammar Gadhafi
Yasser Arafat = Yasir Arafat; Hosni Mubarak; Benjamin Netanyahu; Yitzhak Rabin; Menachem Begin; Nelson Mandela
Ruhollah Khomeini; Slobodan Milosevic; Vaclav Havel; Lech Walesa; Wojciech Jaruzelski; Nicolae Ceausescu
Erich Honecker; Josip Broz Tito = Tito; Volodymyr Zelensky = Zelenskiy | Zelenskyy | Volodymyr Zelenskiy
Volodymyr Zelensky = Volodymyr Zelenskyy; Recep Tayyip Erdogan; Narendra Modi; Shinzo Abe; Hamid Karzai
Viktor Yanukovych; Alexander Lukashenko; Robert Mugabe; Ferdinand Marcos; Corazon Aquino; Suharto; Hirohito
"""


def _names() -> dict[str, str]:
    names = {}
    for item in filter(None, map(str.strip, _TABLE.replace("\n", ";").split(";"))):
        shown, _, others = item.partition("=")
        shown = shown.strip()
        for name in (shown.rsplit(" ", 1)[-1], *filter(None, map(str.strip, others.split("|")))):
            names[fold(name)] = shown
    return names


_FULL = _names()


def full_name(name: str) -> str | None:
    """`Ronald Reagan` of `Reagan`, `Muammar Gaddafi` of `Muammar Qaddafi`; None for anybody else."""
    return _FULL.get(fold(name))
