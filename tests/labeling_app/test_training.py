import pytest
from app_house import make_item
from app_world import RUBRIC
from hostility import HOSTILE_MARKUP, is_harmless
from office import EXAMPLE, let_in, open_page, phone_width, teach

from judge.labeling.people import Role
from judge.labeling.training import Training, TrainingProgress

pytestmark = pytest.mark.browser
RIGHT = "2"
WRONG = "1"


@pytest.fixture
def school(house, study, request):
    """A study that trains on an example of the rubric and one gold item."""

    def make(example=EXAMPLE, response="It is so."):
        rubric = RUBRIC | {"examples": [example]}
        items = [make_item(f"r{n:03}", response, ("It is so.",)) for n in range(6)]
        name = "".join(letter for letter in request.node.name if letter.isalnum())[:30]
        teach(house, rubric, name, items, gold=6)
        return study(items, rubric, n=2, gold=0.5, clusters=False)

    return make


def learn(page, key):
    """Answer the item on the screen, and wait for what would have been right."""
    item = page.locator("[data-desk][data-painted]").get_attribute("data-painted")
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator(f"[data-learning='{item}']").wait_for()
    return page.locator("[data-slot=lesson]").inner_text()


def test_every_answer_is_explained_and_the_end_is_told(school, server, page):
    """A wrong answer is told what is right, why, and where it stands; then the next item; at the end, how it went."""
    made = school()
    open_page(page, server, made.seat("ana"), "training")
    told = learn(page, WRONG)
    assert "You said: supported" in told
    assert "not twice" in told
    assert page.evaluate("CSS.highlights.get('evenhand-said').size") == 2
    page.keyboard.press("Enter")
    page.locator("[data-desk][data-painted]:not([data-painted=example-0])").wait_for()
    assert page.locator("[data-slot=lesson]").is_hidden()
    learn(page, WRONG)
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Training is done.").wait_for()
    assert page.get_by_text("You gave 1 of 2 answers as the gold ratings have them.").is_visible()
    training = Training(made.db, made.name)
    assert training.progress(made.person("ana")) == TrainingProgress(items=2, done=2, asked=2, right=1)
    assert made.ratings() == []


def test_training_goes_on_where_it_stopped(school, server, page):
    """After a reload an item that was answered is not asked again."""
    made = school()
    open_page(page, server, made.seat("ana"), "training")
    learn(page, RIGHT)
    page.reload()
    page.locator("[data-desk][data-painted]:not([data-painted=example-0])").wait_for()
    assert page.get_by_text("1 of 2 done").is_visible()


def test_a_study_without_training_says_so(study, server, page):
    """Nothing to train on is a sentence, and the guidelines are still one key away."""
    made = study(2)
    open_page(page, server, made.seat("ana"), "training", wait=None)
    page.get_by_text("This study has no training.").wait_for()
    page.keyboard.press("g")
    assert page.get_by_role("dialog").get_by_text("claim by claim").is_visible()


def test_only_annotators_train(school, server, page):
    """An owner who asks for the page by its address is not shown it."""
    made = school()
    open_page(page, server, let_in(made, "boss", Role.OWNER), "training", wait=None)
    page.get_by_role("heading", name="Page not found").wait_for()
    assert page.locator("[data-desk]").count() == 0


def test_hostile_examples_are_text(school, server, page, trap):
    """Markup in the texts, and in what explains them, fetches nothing, runs nothing and is readable."""
    url, hits = trap
    markup = HOSTILE_MARKUP.format(trap=url)
    answer = EXAMPLE["answers"]["supported"] | {
        "rationale": markup,
        "evidence": [{"source": "response", "quote": markup}],
    }
    example = EXAMPLE | {"response": markup, "documents": [markup], "answers": {"supported": answer}}
    made = school(example)
    watch = is_harmless(page, server, hits)
    open_page(page, server, made.seat("ana"), "training")
    assert markup in learn(page, WRONG)
    watch()


def test_training_fits_a_phone(school, server, page):
    """On a narrow screen nothing is cut off, and the lesson is reached by scrolling."""
    made = school()
    phone_width(page)
    open_page(page, server, made.seat("ana"), "training")
    page.get_by_role("radio", name="unsupported").click()
    page.get_by_role("button", name="Check").click()
    page.locator("[data-learning]").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert page.get_by_text("not twice").is_visible()
