import Testing

@testable import Billing

struct TemplateTests {
    @Test func `places are filled and lines of empty ones left out`() {
        let template = Template(
            """
            Invoice {{number}}

            {{label.po}}: {{po}}
            {{label.due}}: {{due}}, {{place}}

            {{note}}

            Thank you {{ name }}
            """)
        let values = [
            "number": "F-1", "label.po": "PO", "label.due": "Due", "due": "1 May", "name": "Zoé",
        ]
        #expect(template.filled(values) == "Invoice F-1\n\nDue: 1 May, \n\nThank you Zoé\n")
        #expect(
            template.unknown(among: ["number", "label.po", "po", "label.due", "due", "name"])
                == ["place", "note"])
    }

    @Test func `a value of several lines keeps its indentation`() {
        #expect(
            Template("To:\n    {{buyer}}\nEnd").filled(["buyer": "A\nB"])
                == "To:\n    A\n    B\nEnd\n")
    }

    @Test func `what is in a value is no place, and an open brace is text`() {
        #expect(Template("{{a}} {{b").filled(["a": "{{c}}", "c": "x"]) == "{{c}} {{b\n")
    }
}
