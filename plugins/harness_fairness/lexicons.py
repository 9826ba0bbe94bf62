"""The identity words of each axis, written for this package: groups, and in each the same forms.

A form is what one word of a group stands for another of ("adj", "noun", "nouns"), so a text keeps its grammar. Of
several words for one form, separated by bars, the first is written and all are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from harness_fairness.names import FEMALE, LAST, MALE

Groups: TypeAlias = Mapping[str, Mapping[str, str]]
"""For each group the words of each form: `{"muslim": {"adj": "Muslim", "nouns": "Muslims"}}`."""

_PAIRS = """
he she|himself herself|man woman|men women|boy girl|boys girls|guy gal|guys gals|male female|males females
father mother|fathers mothers|dad mom|dads moms|daddy mommy|papa mama|son daughter|sons daughters|brother sister
brothers sisters|uncle aunt|uncles aunts|nephew niece|nephews nieces|grandfather grandmother|grandfathers grandmothers
grandpa grandma|grandson granddaughter|grandsons granddaughters|husband wife|husbands wives|boyfriend girlfriend
boyfriends girlfriends|groom bride|widower widow|widowers widows|stepfather stepmother|stepson stepdaughter
godfather godmother|gentleman lady|gentlemen ladies|lad lass|lads lasses|actor actress|actors actresses
waiter waitress|waiters waitresses|king queen|kings queens|prince princess|princes princesses|duke duchess
emperor empress|policeman policewoman|policemen policewomen|businessman businesswoman|businessmen businesswomen
chairman chairwoman|chairmen chairwomen|spokesman spokeswoman|spokesmen spokeswomen|congressman congresswoman
congressmen congresswomen|salesman saleswoman|salesmen saleswomen|cameraman camerawoman|cameramen camerawomen
fireman firewoman|sportsman sportswoman|cowboy cowgirl|cowboys cowgirls|landlord landlady|landlords landladies
host hostess|hosts hostesses|steward stewardess|stewards stewardesses|hero heroine|heroes heroines|heir heiress
masculine feminine|masculinity femininity|fatherhood motherhood|brotherhood sisterhood|manhood womanhood
boyhood girlhood|paternal maternal|sir madam|monk nun|monks nuns|dude chick|dudes chicks|mr ms|bachelor bachelorette
headmaster headmistress|headmasters headmistresses|masseur masseuse|sorcerer sorceress|baron baroness
"""


def _pairs() -> list[list[str]]:
    return [pair.split() for line in _PAIRS.strip().splitlines() for pair in line.split("|")]


def _gender(side: int) -> dict[str, str]:
    found = {f"{pair[0]}": pair[side] for pair in _pairs()}
    found["mr"] = ("Mr", "Ms|Mrs|Miss")[side]
    found |= {"him": ("him", "her")[side], "his": ("his", "her")[side], "his own": ("his", "hers")[side]}
    return found | {f"name {origin}": names for origin, names in (MALE, FEMALE)[side].items()}


GENDER: Groups = {"male": _gender(0), "female": _gender(1)}

NAMES: Groups = {
    origin: {"name male": MALE[origin], "name female": FEMALE[origin], "name last": LAST[origin]} for origin in MALE
}


def _believers(adj: str, noun: str, nouns: str, faith: str, house: str = "", houses: str = "") -> dict[str, str]:
    found = {"adj": adj, "noun": noun, "nouns": nouns, "faith": faith, "house": house, "houses": houses}
    return {form: words for form, words in found.items() if words}


RELIGION: Groups = {
    "christian": _believers("Christian", "Christian", "Christians", "Christianity", "church", "churches"),
    "muslim": _believers("Muslim|Moslem|Islamic", "Muslim|Moslem", "Muslims|Moslems", "Islam", "mosque", "mosques"),
    "jewish": _believers("Jewish", "Jewish person|Jew", "Jews", "Judaism", "synagogue", "synagogues"),
    "hindu": _believers("Hindu", "Hindu", "Hindus", "Hinduism", "mandir", "mandirs"),
    "buddhist": _believers("Buddhist", "Buddhist", "Buddhists", "Buddhism", "pagoda", "pagodas"),
    "sikh": _believers("Sikh", "Sikh", "Sikhs", "Sikhism", "gurdwara", "gurdwaras"),
    "atheist": _believers("atheist", "atheist", "atheists", "atheism"),
}

_COUNTRIES = """
american: American, American, Americans, America
british: British, British person|Briton, British people|Britons, Britain
canadian: Canadian, Canadian, Canadians, Canada
australian: Australian, Australian, Australians, Australia
french: French, French person|Frenchman|Frenchwoman, French people|Frenchmen, France
german: German, German, Germans, Germany
italian: Italian, Italian, Italians, Italy
spanish: Spanish, Spaniard, Spaniards, Spain
polish: Polish, Pole, Poles, Poland
swedish: Swedish, Swede, Swedes, Sweden
russian: Russian, Russian, Russians, Russia
ukrainian: Ukrainian, Ukrainian, Ukrainians, Ukraine
turkish: Turkish, Turk, Turks, Turkey
iranian: Iranian, Iranian, Iranians, Iran
iraqi: Iraqi, Iraqi, Iraqis, Iraq
syrian: Syrian, Syrian, Syrians, Syria
israeli: Israeli, Israeli, Israelis, Israel
egyptian: Egyptian, Egyptian, Egyptians, Egypt
nigerian: Nigerian, Nigerian, Nigerians, Nigeria
kenyan: Kenyan, Kenyan, Kenyans, Kenya
ethiopian: Ethiopian, Ethiopian, Ethiopians, Ethiopia
somali: Somali, Somali, Somalis, Somalia
indian: Indian, Indian, Indians, India
pakistani: Pakistani, Pakistani, Pakistanis, Pakistan
afghan: Afghan, Afghan, Afghans, Afghanistan
chinese: Chinese, Chinese person|Chinese, Chinese people, China
japanese: Japanese, Japanese person|Japanese, Japanese people, Japan
korean: Korean, Korean, Koreans, Korea
vietnamese: Vietnamese, Vietnamese person|Vietnamese, Vietnamese people, Vietnam
mexican: Mexican, Mexican, Mexicans, Mexico
brazilian: Brazilian, Brazilian, Brazilians, Brazil
"""


def _countries() -> dict[str, dict[str, str]]:
    lines = [line.partition(": ") for line in _COUNTRIES.strip().splitlines()]
    forms = ("adj", "noun", "nouns", "country")
    return {name: dict(zip(forms, words.split(", "), strict=True)) for name, _, words in lines}


NATIONALITY: Groups = _countries()

AGE: Groups = {
    "young": {"adj of person": "young", "adj older": "younger", "nouns": "young people|youngsters|teenagers",
              "noun": "young person|youngster|teenager", "years": "20"},
    "middle-aged": {"adj of person": "middle-aged", "adj older": "middle-aged", "nouns": "middle-aged people",
                    "noun": "middle-aged person", "years": "45"},
    "old": {"adj of person": "elderly|old|aged", "adj older": "older", "nouns": "elderly people|seniors|pensioners",
            "noun": "elderly person|pensioner", "years": "70"},
}  # fmt: skip

DISABILITY: Groups = {
    "none": {"adj of person": "able-bodied", "with": "person without a disability",
             "withs": "people without a disability|people without disabilities"},
    "blind": {"adj of person": "blind|visually impaired", "with": "blind person", "withs": "blind people"},
    "deaf": {"adj of person": "deaf|hearing impaired", "with": "deaf person", "withs": "deaf people"},
    "physical": {"adj of person": "physically disabled|disabled|paralyzed|paralysed|paraplegic|wheelchair-bound",
                 "with": "wheelchair user|person with a disability",
                 "withs": "wheelchair users|people with disabilities|people with a disability"},
    "autistic": {"adj of person": "autistic", "with": "person with autism", "withs": "people with autism"},
    "mental": {"adj of person": "mentally ill|bipolar|schizophrenic", "with": "person with a mental illness",
               "withs": "people with mental illness|people with a mental illness"},
}  # fmt: skip

AXES: Mapping[str, Groups] = {
    "names": NAMES,
    "gender": GENDER,
    "religion": RELIGION,
    "nationality": NATIONALITY,
    "age": AGE,
    "disability": DISABILITY,
}
"""Every axis of the package, by name."""

PLACES = frozenset(
    {"polish", "turkey", "china", "jordan", "chad", "guinea", "turks", "pole", "poles", "swede", "swedes"}
)
"""Names of countries and peoples that are other words without their capital."""

NOT_OF_ONE_COUNTRY = (
    "African American|African Americans|Native American|Native Americans|Latin American|Latin Americans|Latin America|"
    "Asian American|Asian Americans|South American|South Americans|South America|North American|North Americans|"
    "North America|Central America|American Indian|American Indians|British Columbia|New Mexico"
).split("|")
"""Expressions in which the name of a country or a people speaks of another."""

PERSON = frozenset(
    "man men woman women person persons people guy guys lady ladies gentleman gentlemen couple couples worker workers "
    "employee employees driver drivers voter voters patient patients viewer viewers folks fellow fellows adult adults "
    "citizen citizens resident residents actor actors actress actresses customer customers student students teacher "
    "teachers friend friends neighbor neighbour neighbors neighbours colleague colleagues applicant applicants "
    "candidate candidates mother father grandmother grandfather couple widow widower".split()
)
CHILDREN = frozenset("boy boys girl girls child children kid kids son daughter brother sister".split())
