extension TemplateSet {
    /// The layout `base` and its partials: `title`, `button`, `coupon`, `products`, `lines`, `answer`, `step`,
    /// `footer`, and for text parts `text-footer`.
    ///
    /// Tables 600 px wide that become one column on a phone, dark where the reader's device is, with what Outlook
    /// needs beside it. Colours come from `company.colour` and `company.buttonText`, words of the footer from
    /// `company.labels`.
    package static var builtInSources: [TemplateSource] {
        [
            ("base", PackageResources.base_html), ("title", PackageResources.title_html),
            ("button", PackageResources.button_html), ("coupon", PackageResources.coupon_html),
            ("products", PackageResources.products_html), ("lines", PackageResources.lines_html),
            ("answer", PackageResources.answer_html), ("step", PackageResources.step_html),
            ("footer", PackageResources.footer_html),
            ("text-footer", PackageResources.text_footer_txt),
        ].map { TemplateSource(name: $0.0, text: String(decoding: $0.1, as: UTF8.self)) }
    }

    /// A set with what is built in, and templates of one's own, which go before it.
    ///
    /// - Throws: Where one of them can't be read.
    package static func withBuiltIn(
        _ sources: [TemplateSource] = [], limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateProblem) -> TemplateSet {
        try TemplateSet(builtInSources + sources, limits: limits)
    }
}
