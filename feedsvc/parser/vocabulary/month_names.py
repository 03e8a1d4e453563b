"""The names of months in languages other than English, as they stand between a day and a year."""

from __future__ import annotations

_ROWS = (
    # Russian, as in `14 октября`; then as in `октябрь`
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    # Spanish, French, German, Portuguese, Italian
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)
NUMBERS = {name: number for row in _ROWS for number, name in enumerate(row.split(), 1)}
"""The number of each month by its name in lower case."""

WORDS = frozenset({"mars", "april", "august", "september", "november"})
"""Those that mean something else in English, or the same."""

WEEKDAYS = (
    "понедельник вторник среда четверг пятница суббота воскресенье"
    " lunes martes miércoles jueves viernes sábado domingo"
    " lundi mardi mercredi jeudi vendredi samedi dimanche"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag"
    " segunda-feira terça-feira quarta-feira quinta-feira sexta-feira"
    " lunedì martedì mercoledì giovedì venerdì sabato domenica"
)
"""The names of days of the week, apart by spaces."""
