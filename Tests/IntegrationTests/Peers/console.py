"""Goes through the console as a person does, and prints a line of JSON for each step.

    console.py BROWSER ADDRESS EMAIL PASSWORD [PICTURES]

Each line: {"step": name, "problem": nil or what is wrong}.
"""
import json
import os
import sys

from chrome import Chrome, Failed

BROWSER, ADDRESS, EMAIL, PASSWORD = sys.argv[1:5]
PICTURES = sys.argv[5] if len(sys.argv) > 5 else None

chrome = Chrome(BROWSER)
page = chrome.page()


def step(name):
    """Runs a function as a step; one that fails doesn't keep the next from being tried."""
    def run(body):
        problem = None
        try:
            body()
        except Failed as failure:
            problem = str(failure)
        except Exception as error:  # A driver's mistake is a failed step too.
            problem = f"{type(error).__name__}: {error}"
        if PICTURES:
            page.picture(os.path.join(PICTURES, name.replace(" ", "-").replace("/", "_") + ".png"))
        print(json.dumps({"step": name, "problem": problem}), flush=True)
    return run


def expect(condition, what):
    if not condition:
        raise Failed(f"{what} at {page.path()}")


def sign_in(password):
    page.type("#email", EMAIL)
    page.type("#password", password)
    page.leave(lambda: page.click("button.main"))


def calm():
    complaints = page.complaints()
    expect(not complaints, "; ".join(complaints))


rows = "document.querySelectorAll('table.list tbody tr').length"
first = "(document.querySelector('table.list tbody tr a') || {}).innerText"
customer = None


def open_customer():
    page.go(ADDRESS + "/customers?sort=orders")
    return page.evaluate("document.querySelector('table.list tbody tr a').href")


try:
    @step("asks to sign in")
    def _():
        page.go(ADDRESS + "/customers?state=active")
        expect(page.path().startswith("/sign-in"), "not sent to sign in")
        calm()

    @step("refuses a wrong password")
    def _():
        sign_in("not the password")
        expect(page.text("#problem"), "no problem is told")
        expect(page.path().startswith("/sign-in"), "signed in")
        page.complaints()

    @step("lands on home")
    def _():
        page.go(ADDRESS + "/sign-in")
        sign_in(PASSWORD)
        expect(page.path() == "/", "not at home")
        calm()

    @step("searches as one types")
    def _():
        page.go(ADDRESS + "/customers")
        before = page.text(".counted p")
        page.type("#search", "customer-77")
        page.until(f"document.querySelector('.counted p').innerText !== {json.dumps(before)}")
        expect(page.evaluate(rows) == 1, "not one row")
        expect("q=customer-77" in page.path(), "the search isn't in the address")
        calm()

    @step("says that nobody matches")
    def _():
        page.type("#search", "nobody at all")
        page.until("document.querySelector('#results .empty')")
        calm()

    @step("sorts")
    def _():
        page.go(ADDRESS + "/customers")
        was = page.evaluate(first)
        page.click("th.orders a, th.number a")
        page.until("document.querySelector('th[aria-sort=descending],th[aria-sort=ascending]')")
        page.until(f"({first}) !== {json.dumps(was)}", "another first row")
        calm()

    @step("filters by state")
    def _():
        page.go(ADDRESS + "/customers")
        before = page.text(".counted p")
        page.click("nav.chips a.chip:last-of-type, nav.chips a.chip")
        page.until("document.querySelector('nav.chips [aria-current]')")
        expect("state=" in page.path(), "the state isn't in the address")
        expect(page.text(".counted p") != before, "as many as without the filter")
        calm()

    @step("turns the page and back")
    def _():
        page.go(ADDRESS + "/customers")
        was = page.evaluate(first)
        page.click("a[rel=next]")
        page.until(f"({first}) && ({first}) !== {json.dumps(was)}", "the next page")
        page.click("a[rel=prev]")
        page.until(f"({first}) === {json.dumps(was)}", "the first page again")
        calm()

    @step("shows earlier events of a customer")
    def _():
        global customer
        customer = open_customer()
        page.go(customer)
        count = "document.querySelectorAll('.timeline li:not(.load)').length"
        before = page.evaluate(count)
        page.click(".timeline .load a")
        page.until(f"{count} > {before}", "more of the timeline")
        expect(page.path().count("/") == 2, "left the customer's page")
        calm()

    @step("finds with the keyboard alone")
    def _():
        page.go(ADDRESS + "/")
        page.press("k", control=True)
        page.until("document.getElementById('palette').open", "the palette")
        page.type("#palette-input", "customer-88")
        page.until("[...document.querySelectorAll('#found [role=option]')]"
                   ".some(e => e.innerText.includes('customer-88'))", "the customer found")
        page.leave(lambda: page.press("Enter"))
        expect("/customers/cus_" in page.path(), "not at the customer")
        expect("customer-88" in page.text("main"), "another customer")
        calm()

    @step("closes the palette with escape")
    def _():
        page.press("k", control=True)
        page.until("document.getElementById('palette').open", "the palette")
        page.press("Escape")
        page.until("!document.getElementById('palette').open", "the palette to close")
        calm()

    @step("keeps the theme")
    def _():
        page.go(ADDRESS + "/")
        was = page.evaluate("getComputedStyle(document.body).color")
        page.click("[data-preferences] button[name=theme]")
        page.until(f"getComputedStyle(document.body).color !== {json.dumps(was)}")
        now = page.evaluate("document.documentElement.dataset.theme")
        page.go(ADDRESS + "/customers")
        expect(page.evaluate("document.documentElement.dataset.theme") == now, "theme forgotten")
        calm()

    ROOMS = ["/", "/customers", "/insights/retention", "/insights/models", "/definitions",
             "/settings", "/find?q=customer"]
    for path in ROOMS + ["customer"]:
        @step("is calm on " + path)
        def _():
            page.go(customer if path == "customer" else ADDRESS + path)
            expect(page.evaluate("document.querySelectorAll('h1').length") == 1, "not one heading")
            for chart in range(page.evaluate("document.querySelectorAll('[data-chart]').length")):
                page.until(
                    f"document.querySelectorAll('[data-chart]')[{chart}].querySelector('canvas,svg')",
                    f"chart {chart}")
            calm()

    page.resize(390, 844)
    for path in ROOMS + ["customer", "/nowhere"]:
        @step("fits a phone on " + path)
        def _():
            page.go(customer if path == "customer" else ADDRESS + path)
            expect(page.overflow() <= 0, f"{page.overflow()} pixels too wide")
            if path != "/nowhere":
                calm()
            page.complaints()
    page.resize(1280, 800)

    @step("ends the session on signing out")
    def _():
        page.go(ADDRESS + "/customers")
        page.go(ADDRESS + "/")
        page.leave(lambda: page.click("form.who button"))
        expect(page.path().startswith("/sign-in"), "not at the door")
        page.leave(lambda: page.evaluate("history.back()"))
        page.until("location.pathname.startsWith('/sign-in')", "the door after going back")
        page.go(ADDRESS + "/settings")
        expect(page.path().startswith("/sign-in"), "still signed in")
        calm()
finally:
    chrome.close()
