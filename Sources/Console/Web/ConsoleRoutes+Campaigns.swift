import Access
import Documents
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    func addCampaigns<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/campaigns") { request, context in
            try await read(request, context, needs: Room.campaigns.permissions) { visit in
                let view = CampaignsView(
                    try await desk.data.mail.campaigns(), formats: visit.formats)
                return visit.page(
                    "campaigns", title: visit.words("room.campaigns"), room: .campaigns, view)
            }
        }
        router.get("/campaigns/new") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                try await campaignForm(visit, CampaignForm(visit.query))
            }
        }
        router.post("/campaigns/new") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                try await saveCampaign(visit, form)
            }
        }
        router.post("/campaigns/audience") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                let view = try await audience(visit, CampaignForm(form))
                return visit.part("campaign-audience-part", AudiencePart(audience: view))
            }
        }
        router.get("/campaigns/:name") { request, context in
            try await read(request, context, needs: Room.campaigns.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                let sent = visit.query["test"] == nil ? nil : visit.words("campaign.tested")
                return try await campaign(visit, name, notice: sent)
            }
        }
        router.get("/campaigns/:name/live") { request, context in
            try await read(request, context, needs: Room.campaigns.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await liveCampaign(visit, name)
            }
        }
        router.get("/campaigns/:name/cancel") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await askCancel(visit, name)
            }
        }
        router.get("/campaigns/:name/edit") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context),
                    let form = try await desk.data.mail.campaignForm(name)
                else { return visit.notFound() }
                return try await campaignForm(
                    visit, form, audience: try await audience(visit, form))
            }
        }
        router.get("/campaigns/:name/winner") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await askWinner(visit, name)
            }
        }
        router.post("/campaigns/:name/winner") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await chooseWinner(visit, name, form)
            }
        }
        router.post("/campaigns/:name/act") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await turnCampaign(visit, name, form)
            }
        }
        router.post("/campaigns/:name/test") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await testCampaign(visit, name, form)
            }
        }
    }

    private func campaign(
        _ visit: Visit, _ name: String, notice: String? = nil, problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        guard let data = try await desk.data.mail.campaign(name) else { return visit.notFound() }
        let view = CampaignView(
            data, standing: try await desk.data.mail.standing(),
            viewer: visit.session?.member, email: visit.session?.email ?? "", notice: notice,
            problem: problem, formats: visit.formats)
        return visit.page(
            "campaign", title: view.row.title, room: .campaigns, view, status: status)
    }

    /// The parts of a campaign's page that move: nothing where the page shows them as they are.
    private func liveCampaign(_ visit: Visit, _ name: String) async throws -> Response {
        guard visit.isPart else { return visit.redirect("/campaigns/\(name)") }
        guard let revision = try await desk.data.mail.campaignRevision(name) else {
            return visit.notFound()
        }
        if revision == visit.query["seen"] { return visit.unchanged() }
        guard let data = try await desk.data.mail.campaign(name) else { return visit.notFound() }
        let view = CampaignView(
            data, standing: nil, viewer: visit.session?.member, email: "", notice: nil,
            problem: nil,
            formats: visit.formats)
        return visit.part("campaign-live-part", view)
    }

    private func askCancel(_ visit: Visit, _ name: String) async throws -> Response {
        guard let data = try await desk.data.mail.campaign(name) else { return visit.notFound() }
        let row = CampaignsView.Row(data.row, visit.formats)
        let view = QuestionView(
            title: visit.words("campaign.cancelTitle"), subjects: [row.title, row.progress],
            note: visit.words("campaign.cancelNote"), path: "\(row.path)/act",
            backPath: row.path, button: visit.words("campaign.cancelButton"),
            fields: [QuestionView.Field(name: "act", value: CampaignAct.cancel.rawValue)])
        return visit.page("question", title: view.title, room: .campaigns, view)
    }

    private func askWinner(_ visit: Visit, _ name: String) async throws -> Response {
        guard let data = try await desk.data.mail.campaign(name),
            let variants = data.variants, let asked = visit.query["variant"],
            let variant = variants.rows.first(where: { $0.name == asked })?.name
        else { return visit.notFound() }
        let row = CampaignsView.Row(data.row, visit.formats)
        let found = VariantsView(variants, path: row.path, formats: visit.formats)
        let view = QuestionView(
            title: visit.words("variants.chooseTitle", variant),
            subjects: [row.title, found?.verdict].compactMap { $0 },
            note: visit.words("variants.chooseNote"), path: "\(row.path)/winner",
            backPath: row.path, button: visit.words("variants.chooseButton", variant),
            fields: [QuestionView.Field(name: "variant", value: variant)])
        return visit.page("question", title: view.title, room: .campaigns, view)
    }

    private func chooseWinner(
        _ visit: Visit, _ name: String, _ form: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member, let variant = form["variant"] else {
            return visit.notFound()
        }
        switch try await desk.data.mail.chooseVariant(name, variant, member) {
        case .done, .already: return visit.redirect("/campaigns/\(name)")
        case .unknown: return visit.notFound()
        case .refused(let reason):
            return try await campaign(
                visit, name, problem: reason, status: .unprocessableContent)
        }
    }

    private func turnCampaign(
        _ visit: Visit, _ name: String, _ form: FormFields
    ) async throws -> Response {
        let mail = desk.data.mail
        guard let member = visit.session?.member, let act = form["act"].flatMap(CampaignAct.init),
            let data = try await mail.campaign(name)
        else { return visit.notFound() }
        if act == .approve, !CampaignView.mayApprove(data, member) {
            return try await campaign(
                visit, name, problem: visit.words("campaign.ownApproval"), status: .forbidden)
        }
        switch try await mail.changeCampaign(name, act, member) {
        case .done, .already: return visit.redirect("/campaigns/\(name)")
        case .unknown: return visit.notFound()
        case .refused(let reason):
            return try await campaign(
                visit, name, problem: reason, status: .unprocessableContent)
        }
    }

    private func testCampaign(
        _ visit: Visit, _ name: String, _ form: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notAllowed() }
        guard let address = Self.address(form["address"] ?? "", visit) else {
            return try await campaign(
                visit, name, problem: visit.words("test.noAddress"), status: .unprocessableContent)
        }
        switch try await desk.data.mail.testCampaign(name, address, member) {
        case .sent: return visit.redirect("/campaigns/\(name)?test=sent")
        case .refused(let reason):
            return try await campaign(
                visit, name, problem: reason, status: .unprocessableContent)
        }
    }

    // MARK: A new one

    private func campaignForm(
        _ visit: Visit, _ form: CampaignForm, audience: AudienceView? = nil,
        problem: (field: String, reason: String)? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = CampaignFormView(
            form, choices: try await desk.data.mail.campaignChoices(), audience: audience,
            problem: problem, words: visit.words)
        return visit.page(
            "campaign-form", title: view.heading, room: .campaigns, view,
            status: status)
    }

    private func saveCampaign(_ visit: Visit, _ fields: FormFields) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notAllowed() }
        let form = CampaignForm(fields)
        if fields["act"] == "count" {
            return try await campaignForm(
                visit, form, audience: try await audience(visit, form))
        }
        switch try await desk.data.mail.saveCampaign(form, member) {
        case .saved(let name): return visit.redirect("/campaigns/\(FormFields.encode(name))")
        case .refused(let field, let reason):
            return try await campaignForm(
                visit, form, audience: try await audience(visit, form), problem: (field, reason),
                status: .unprocessableContent)
        }
    }

    private func audience(_ visit: Visit, _ form: CampaignForm) async throws -> AudienceView? {
        guard !form.segment.isEmpty else { return nil }
        return try await desk.data.mail.campaignAudience(form).map {
            AudienceView($0, visit.formats)
        }
    }
}

extension CampaignForm {
    private static let fieldBytesMax = 500
    private static let linesBytesMax = 10_000

    /// Reads the form's fields; what is longer than anything that can be meant is cut.
    init(_ fields: FormFields) {
        func text(_ name: String) -> String {
            String(trimmed(fields[name] ?? "").prefix(Self.fieldBytesMax))
        }
        func lines(_ name: String) -> String {
            String((fields[name] ?? "").replacing("\r\n", with: "\n").prefix(Self.linesBytesMax))
        }
        self.init(
            edited: text("edited"), name: text("name"), title: text("title"),
            description: text("description"), segment: text("segment"),
            template: text("template"),
            variants: (0..<CampaignFormView.variantsMax).map { index in
                Variant(
                    name: text("variant-name-\(index)"),
                    template: text("variant-template-\(index)"),
                    data: lines("variant-data-\(index)"))
            }.filter { !$0.template.isEmpty },
            testShare: text("test-share"), testSpan: text("test-for"), testGoal: text("test-by"),
            topic: text("topic"), data: lines("data"), rate: text("rate"), every: text("every"),
            holdout: text("holdout"), at: text("at"))
        if !edited.isEmpty { name = edited }
    }
}

/// What the audience's template expects around it.
struct AudiencePart {
    let audience: AudienceView?
}
