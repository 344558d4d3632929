"""MT940 and MT942 made here."""

from __future__ import annotations

LINE = ":61:2610131013D300,NTRFNONREF//L1\n:86:166?00UEBERWEISUNG?20EREF+AL26-00001234-02R1-86?21SVWZ+JISHU GAIZAO"
LINE += "?30ICBKCNBJ\nSDG?316222021602000000001?32JINAN JIA GONGSI"


def mt940(*lines: str, opening: str = "C261013CNY1000,", closing: str = "C261013CNY700,", number: str = "7/1") -> str:
    """One message with its end."""
    body = "\n".join(lines or (LINE,))
    head = f":20:STMT1\n:25:37001618800050000001\n:28C:{number}\n:60F:{opening}\n"
    return f"{head}{body}\n:62F:{closing}\n:64:{closing}\n-\n"
