import pytest
from app_house import make_item
from app_world import RUBRIC, all_saved, drag_over, painted, sign_in

pytestmark = pytest.mark.browser
SEVERAL = {
    "name": "quality",
    "version": 1,
    "title": "How good is the answer?",
    "reads": ["question", "documents", "response"],
    "criteria": [
        {
            "name": "helpful",
            "question": "Does it help?",
            "scale": {"kind": "ordinal", "values": {str(n): "" for n in range(1, 6)}, "good": ["4", "5"]},
        },
        {
            "name": "tone",
            "question": "Which tone?",
            "scale": {
                "kind": "nominal",
                "values": {"neutral": "", "warm": "", "cold": ""},
                "good": ["neutral", "warm"],
            },
        },
        {
            "name": "covered",
            "question": "How much is covered?",
            "scale": {"kind": "interval", "min": 0, "max": 100, "good": "high"},
        },
        {
            "name": "safe",
            "question": "Is it safe?",
            "scale": {"kind": "binary", "values": {"safe": "", "unsafe": ""}, "good": "safe"},
            "not_applicable": "It gives no advice.",
        },
    ],
}
EVIDENCE = {**RUBRIC, "criteria": [{**RUBRIC["criteria"][0]}]}
EVIDENCE["criteria"][0]["evidence"] = {"quote": ["response", "documents"], "when": "unsupported"}


def said(desk):
    """Item, version and scores of everything stored, in order."""
    return [(row.item, row.version, *(a.score for a in row.entry.answers)) for row in desk.ratings()]


def last(desk):
    """The entry stored last."""
    return desk.ratings()[-1].entry


def hint(page):
    """The line beside the buttons."""
    return page.locator("[data-slot=hint]").inner_text()


def test_keys_rate_items_in_order(study, server, page):
    """A digit rates the item on the screen, and the next one is shown."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("1")
    painted(page, desk, "i1")
    page.keyboard.press("2")
    painted(page, desk, "i2")
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported"), ("i1", 1, "unsupported")]


def test_several_criteria_are_saved_together(study, server, page):
    """Digits answer one question after another, numbers are typed, and Enter saves once all are answered."""
    desk = study(2, SEVERAL)
    sign_in(page, server, desk)
    page.keyboard.press("4")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    assert hint(page) == "This question is still open."
    page.keyboard.press("7")
    page.keyboard.type("7.5")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("3")
    assert desk.ratings() == []
    page.keyboard.press("Enter")
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "4", "cold", 77.5, None)]
    assert last(desk).answers[3].abstention.reason == "not_applicable"


def test_the_desk_is_silent_while_somebody_types(study, server, page):
    """Letters and digits in the note, in the search, held down, composed or with Control rate nothing."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("n")
    page.keyboard.type("1 flaw, 2 s")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("12sf")
    page.keyboard.press("Escape")
    for extra in (
        "repeat: true",
        "isComposing: true",
        "keyCode: 229",
        "ctrlKey: true",
        "metaKey: true",
        "altKey: true",
    ):
        page.evaluate(
            f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: '1', bubbles: true, {extra}}}))"
        )
    assert page.locator(f"[data-item='{desk.codes['i0']}']").count() == 1
    page.keyboard.press("1")
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported")]
    assert last(desk).note == "1 flaw, 2 s"


def test_back_reopens_the_last_and_a_correction_is_a_new_version(study, server, page):
    """Backspace shows what was said; another value is version 2, and the work goes on where it was."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("1")
    painted(page, desk, "i1")
    page.keyboard.press("Backspace")
    painted(page, desk, "i0")
    assert page.get_by_role("radio", name="supported", exact=False).first.get_attribute("aria-checked") == "true"
    page.keyboard.press("2")
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported"), ("i0", 2, "unsupported")]


def test_my_work_opens_what_was_rated_before(study, server, page):
    """An item from the list is shown with its answer, also after a reload, and can be corrected."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("1")
    painted(page, desk, "i1")
    all_saved(page)
    page.reload()
    painted(page, desk, "i1")
    page.get_by_role("link", name="My work").click()
    page.get_by_role("button", name="Open").click()
    painted(page, desk, "i0")
    page.keyboard.press("2")
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported"), ("i0", 2, "unsupported")]


def test_another_page_takes_the_outbox_along(study, house, server, page):
    """What the desk could not send before the page was changed is saved from there."""
    desk = study(3)
    sign_in(page, server, desk)
    house.broken()
    page.keyboard.press("2")
    page.get_by_text("not sent yet").wait_for()
    page.get_by_role("link", name="My work").click()
    page.get_by_text("Nothing yet").wait_for()
    house.broken(broken=False)
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.includes('/entry/'))")
    assert said(desk) == [("i0", 1, "unsupported")]


def test_skips_flags_and_notes_are_kept(study, server, page):
    """S asks for a reason, F flags, N writes; all of it is stored with the item it was said of."""
    desk = study(4)
    sign_in(page, server, desk)
    page.keyboard.press("s")
    page.keyboard.press("2")
    painted(page, desk, "i1")
    page.keyboard.press("s")
    page.get_by_label("Another reason").fill("too long for me")
    page.keyboard.press("Enter")
    painted(page, desk, "i2")
    page.keyboard.press("f")
    page.keyboard.press("1")
    painted(page, desk, "i3")
    all_saved(page)
    reasons = [row.entry.answers[0].abstention for row in desk.ratings()]
    assert [reason and reason.detail for reason in reasons] == [
        "It needs knowledge that I lack",
        "too long for me",
        None,
    ]
    assert [row.entry.flagged for row in desk.ratings()] == [False, False, True]


TRICKY = (
    "👩\u200d👩\u200d👧 says \u200b\U000e0041\U000e0042 hi\r\n"
    "zweite Zeile: naïve café 🚢 costs £5, 東京タワーは高い, بسبب الرياح ok"
)


def test_marks_by_mouse_are_code_points_of_the_raw_text(study, server, page):
    """Emoji, hidden characters, joiners and line ends before the words do not shift what is marked."""
    desk = study([make_item("i0", TRICKY, ("Nothing here.",)), make_item("i1", "b")], EVIDENCE)
    sign_in(page, server, desk)
    page.keyboard.press("2")
    assert "Mark the words" in hint(page)
    for words in ("costs £5", "café", "الرياح", "タワー"):
        drag_over(page, "right", words)
    page.keyboard.press("Enter")
    painted(page, desk, "i1")
    all_saved(page)
    marks = last(desk).answers[0].marks
    assert [TRICKY[mark.start : mark.end] for mark in marks] == ["costs £5", "café", "الرياح", "タワー"]
    assert {mark.source for mark in marks} == {"response"}


def test_marks_by_keyboard(study, server, page):
    """M starts a caret of words, Shift widens it, Tab goes to the next text, Enter marks, U takes the last one back."""
    desk = study([make_item("i0", "One two three four.", ("Alpha beta gamma.",)), make_item("i1", "b")], EVIDENCE)
    sign_in(page, server, desk)
    page.keyboard.press("2")
    for keys in ("m Tab ArrowRight Shift+ArrowRight Enter", "m End Enter", "m Enter u", "Enter"):
        for key in keys.split():
            page.keyboard.press(key)
    painted(page, desk, "i1")
    all_saved(page)
    texts = {"documents[0]": "Alpha beta gamma.", "response": "One two three four."}
    marks = [(mark.source, texts[mark.source][mark.start : mark.end]) for mark in last(desk).answers[0].marks]
    assert marks == [("documents[0]", "beta gamma"), ("response", "four")]


def test_evidence_may_be_left_out_on_purpose_only(study, server, page):
    """The first Enter without marks asks, the second saves; a value that needs no evidence saves at once."""
    desk = study(3, EVIDENCE)
    sign_in(page, server, desk)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    assert hint(page) == "No words are marked. Press Enter again to save without."
    page.keyboard.press("Enter")
    painted(page, desk, "i1")
    page.keyboard.press("1")
    painted(page, desk, "i2")
    all_saved(page)
    assert said(desk) == [("i0", 1, "unsupported"), ("i1", 1, "supported")]


def test_what_is_half_done_survives_a_reload(study, server, page):
    """A value, marks and a note that are not saved yet are there again."""
    desk = study(2, EVIDENCE)
    sign_in(page, server, desk)
    page.keyboard.press("2")
    drag_over(page, "right", "number")
    page.keyboard.press("n")
    page.keyboard.type("half")
    page.reload()
    painted(page, desk, "i0")
    page.keyboard.press("Enter")
    painted(page, desk, "i1")
    all_saved(page)
    assert (last(desk).note, len(last(desk).answers[0].marks)) == ("half", 1)


def test_keys_can_be_changed(study, server, page):
    """A key that is taken is refused with a reason, a free one works from then on, also after a reload."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("?")
    page.get_by_role("button", name="Flag it").click()
    page.keyboard.press("g")
    assert "has that key" in page.locator("[data-slot=keys-hint]").inner_text()
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    page.reload()
    painted(page, desk, "i0")
    page.keyboard.press("f")
    page.keyboard.press("k")
    assert hint(page) == "Flagged for the study's owner."
    page.keyboard.press("1")
    painted(page, desk, "i1")
    all_saved(page)
    assert last(desk).flagged


def test_keys_work_in_other_layouts(study, server, page):
    """A digit row that types letters, and letters that are not Latin, are taken by their place."""
    desk = study(3)
    sign_in(page, server, desk)
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, key: '%s', code: '%s'}))"
    page.evaluate(press % ("а", "KeyF"))
    assert hint(page) == "Flagged for the study's owner."
    page.evaluate(press % ("é", "Digit2"))
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "unsupported")]


def test_long_documents_can_be_searched(study, server, page):
    """In documents of 20 000 words every place is found, and the one looked at is on the screen."""
    words = "\n\n".join(" ".join(f"word{n}" for n in range(k, k + 100)) for k in range(0, 20_000, 100))
    desk = study([make_item("i0", "It is word19999.", (words,))])
    sign_in(page, server, desk)
    page.keyboard.press("/")
    page.keyboard.type("WORD19999")
    assert page.locator("[data-slot=found]").inner_text() == "1 of 2"
    line = page.locator("[data-slot=left] .line", has_text="word19999")
    assert line.evaluate("(e) => e.getBoundingClientRect().top < e.closest('.scroll').getBoundingClientRect().bottom")
    page.keyboard.press("Enter")
    assert page.locator("[data-slot=found]").inner_text() == "2 of 2"


def test_two_tabs_do_not_rate_the_same_item_twice(study, server, page, context):
    """What one tab rates, the other leaves behind."""
    desk = study(4)
    sign_in(page, server, desk)
    other = context.new_page()
    other.goto(server.url)
    painted(other, desk, "i0")
    page.bring_to_front()
    page.keyboard.press("1")
    other.bring_to_front()
    painted(other, desk, "i1")
    other.keyboard.press("2")
    painted(other, desk, "i2")
    all_saved(other)
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported"), ("i1", 1, "unsupported")]


def test_a_refusal_is_shown_and_not_dropped(study, server, page):
    """A rating the server will never take stays readable until the annotator has seen it."""
    desk = study(2)
    sign_in(page, server, desk)
    assert desk.rate("ben", 1, "supported", late=desk.desk.lease_seconds + 1) == ["i0"]
    page.keyboard.press("1")
    page.get_by_text("1 not saved").click()
    page.get_by_text("somebody else has rated this item").wait_for()
    page.get_by_role("button", name="I have seen this").click()
    all_saved(page)
    assert [row.annotator for row in desk.ratings()] == ["ben"]


def test_annotators_who_share_a_browser_keep_apart(study, house, server, page):
    """What one annotator could not send is not sent in the name of the next one."""
    desk = study(20)
    sign_in(page, server, desk)
    house.broken()
    page.keyboard.press("2")
    page.get_by_text("not sent yet").wait_for()
    house.broken(broken=False)
    sign_in(page, server, desk, "ben")
    all_saved(page)
    rated = [row.annotator for row in desk.ratings()]
    sign_in(page, server, desk, "ana")
    all_saved(page)
    assert "ben" not in rated
    assert [row.annotator for row in desk.ratings()] == ["ana"]


def test_roles_and_targets(study, server, page):
    """Screen readers find question, values and state; everything to press is at least 44 pixels high."""
    desk = study(2, SEVERAL)
    sign_in(page, server, desk)
    group = page.get_by_role("radiogroup", name="Which tone?")
    assert group.get_by_role("radio").count() == 3
    assert page.get_by_role("status").filter(has_text="All saved").count() == 1
    assert page.get_by_role("region", name="Documents").get_attribute("tabindex") == "0"
    heights = page.locator("[data-desk] :is(button, .number input):visible").evaluate_all(
        "all => all.map(e => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width))"
    )
    assert len(heights) > 10
    assert min(heights) >= 44


def test_a_phone_shows_the_response_first(study, server, browser):
    """On a narrow screen: question, response, documents from top to bottom, the answer in reach, nothing cut off."""
    desk = study(2)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, server, desk)
    tops = [page.locator(f"[data-slot={slot}]").bounding_box()["y"] for slot in ("question", "right", "left")]
    assert tops == sorted(tops)
    answer = page.locator(".answering").bounding_box()
    assert answer["y"] + answer["height"] <= 845
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("radio", name="unsupported").tap()
    painted(page, desk, "i1")
    all_saved(page)
    assert said(desk) == [("i0", 1, "unsupported")]
    context.close()
