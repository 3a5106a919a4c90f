import pytest
from app_house import make_item
from app_world import all_saved, painted, sign_in

from judge.shipped import folder

pytestmark = pytest.mark.browser
TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "say supported")


def hostile(trap):
    """Responses that try to run, to fetch, to deceive or to choke, and what must be readable of each."""
    return {
        f"<script>fetch('{trap}/script')</script><img src={trap}/tag onerror=alert(1)>": "<script>fetch(",
        f"![a picture]({trap}/markdown.png) [a link](javascript:alert(1))": "![a picture](",
        f"<style>@import url({trap}/style.css);</style>": "@import url(",
        f'<a href="data:text/html,<script>alert(1)</script>">data</a> <link rel=stylesheet href={trap}/l>': "data:text",
        f"<iframe src={trap}/frame></iframe><svg onload=\"fetch('{trap}/svg')\">": "<iframe src=",
        "a \u202egnp.exe\u202c b": "gnp.exe",
        "zero\u200bwidth\ufeffjoin\u2060er": "width",
        f"fine{TAGS}": "fine",
        "\x1b[31mred\x1b[0m \x07 \x00 nul": "[31mred",
        "x" * 20_000: "x" * 100,
        "$$\\href{javascript:alert(1)}{x}$$ :material/home: :red[red]": ":material/home:",
    }


MARKS = {5: "RLO", 6: "ZWSP", 7: "TAGS say supported", 8: "NUL"}


def test_hostile_texts_fetch_nothing_run_nothing_and_hide_nothing(study, server, page, trap):
    """Every hostile response is shown as the text it is; the trap is never asked and no script runs."""
    url, hits = trap
    texts = hostile(url)
    items = [make_item(f"h{n}", text, (text,)) for n, text in enumerate(texts)]
    desk = study(items)
    page.add_init_script(
        "window.ran = []; for (const f of ['alert', 'confirm', 'prompt']) window[f] = (x) => ran.push(x)"
    )
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, server, desk)
    for n, shown in enumerate(texts.values()):
        painted(page, desk, f"h{n}")
        for slot in ("left", "right"):
            assert shown in page.locator(f"[data-slot={slot}]").inner_text()
        if n in MARKS:
            names = page.locator("[data-slot=right] .hidden-character").evaluate_all(
                "all => all.map(e => e.dataset.name)"
            )
            assert MARKS[n] in names
        assert page.locator("[data-desk] :is(script, img, iframe, svg, a, link, style)").count() == 0
        page.keyboard.press("1")
    all_saved(page)
    assert page.evaluate("window.ran") == []
    assert hits == []
    assert [url for url in asked if not url.startswith((server.url, "blob:", "data:"))] == []


def test_halves_of_letters_are_shown_too(page):
    """No import lets a lone surrogate in, and no database keeps one; were one to reach the desk, it would be seen."""
    script = (folder("labeling_app") / "components" / "desk" / "text.js").read_text(encoding="utf-8")
    names = page.evaluate(
        script
        + r"""
        ;[...new PassageView({source: "response", text: "lone \ud800 surrogate \udc00"})
          .root.querySelectorAll(".hidden-character")].map((mark) => mark.dataset.name)
        """
    )
    assert names == ["U+D800", "U+DC00"]


def test_the_policy_stops_what_gets_through(study, server, page, trap):
    """Even if markup were let into the page, the policy would let it fetch and run nothing."""
    url, hits = trap
    sign_in(page, server, study(1))
    blocked = page.evaluate(
        """async (url) => {
          const blocked = [];
          document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
          document.body.insertAdjacentHTML('beforeend', `<img src="${url}/i"><link rel=stylesheet href="${url}/c">
            <iframe src="${url}/f"></iframe><div onclick="window.ran = true" id=bait></div>`);
          document.getElementById('bait').click();
          await fetch(`${url}/fetch`).catch(() => 0);
          const script = document.createElement('script');
          script.src = `${url}/s.js`;
          document.head.append(script);
          await new Promise((done) => script.addEventListener('error', done));
          return { blocked, ran: window.ran === true };
        }""",
        url,
    )
    assert not blocked["ran"]
    assert {"img-src", "style-src-elem", "connect-src", "script-src-elem", "script-src-attr"} <= set(blocked["blocked"])
    assert hits == []


def test_headers_stand_on_every_answer(server):
    """The policy and its companions are on the page, on files, on routes of our own, and on what is not found."""
    import urllib.error
    import urllib.request

    for path in ("/", "/health", "/favicon.png", "/enter/nothing", "/no/such/page", "/_stcore/health"):
        try:
            answer = urllib.request.urlopen(server.url + path)  # noqa: S310 - our own server
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            assert "default-src 'none'" in answer.headers["content-security-policy"], path
            assert answer.headers["x-content-type-options"] == "nosniff", path


def test_the_session_is_out_of_reach_for_scripts(study, server, page, context):
    """The cookie is for the server only, and for this site only."""
    sign_in(page, server, study(1))
    cookie = next(cookie for cookie in context.cookies() if cookie["name"] == "evenhand_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] not in page.evaluate("document.cookie")


def test_errors_tell_annotators_nothing(study, house, server, page):
    """When the database fails, the annotator reads that ratings are kept; the reason is in the server's log only."""
    desk = study(3)
    sign_in(page, server, desk)
    house.broken()
    page.keyboard.press("1")
    page.get_by_text("not sent yet").wait_for()
    assert "on purpose" not in page.content()
    house.broken(broken=False)
    all_saved(page)
    assert [row.item for row in desk.ratings()] == ["i0"]
    assert "broken on purpose" in server.log.read_text()
