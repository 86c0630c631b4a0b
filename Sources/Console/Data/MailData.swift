package import Documents
package import Kernel

/// Everything that the pages about mail read and do, as closures, as in `ConsoleData`: the rooms of templates,
/// messages, suppressions and campaigns, and the public pages that recipients come to.
package struct MailData: Sendable {
    // MARK: Public pages

    /// Who writes, as recipients know it.
    package var company = PublicCompany()
    /// What a link for unsubscribing is about. Nil where the token isn't one that was signed here. Changes nothing.
    package var unsubscribePage: @Sendable (_ token: String) async throws -> UnsubscribePageData? =
        { _ in nil }
    /// Takes consent back as the token says: its topic, or all marketing mail. Again is the same as once. Nil where
    /// the token isn't one that was signed here.
    package var unsubscribe:
        @Sendable (_ token: String, _ how: UnsubscribeManner) async throws ->
            UnsubscribePageData? = { _, _ in nil }
    /// Gives consent again to what the token took back.
    package var resubscribe: @Sendable (_ token: String) async throws -> UnsubscribePageData? = {
        _ in nil
    }
    /// What somebody may choose. Nil where the token isn't one that was signed here. Changes nothing.
    package var preferences: @Sendable (_ token: String) async throws -> PreferencesPageData? = {
        _ in nil
    }
    /// Records what somebody chose and returns how it is now. Nil where the token isn't one that was signed here.
    package var savePreferences:
        @Sendable (_ token: String, PreferenceChoices) async throws -> PreferencesPageData? = {
            _, _ in nil
        }

    // MARK: Templates

    /// All templates, in the order in which they are to be shown.
    package var templates: @Sendable () async throws -> [TemplateRow] = { [] }
    /// Nil where there is no such template.
    package var template: @Sendable (_ name: String) async throws -> TemplatePageData? = { _ in
        nil
    }
    /// What a new template begins as: a source that can be sent as it is.
    package var templateStarter: @Sendable () async throws -> String = { "" }
    /// Fills a template in, saved or not, and looks it over. Called while somebody types: must be quick.
    package var previewTemplate:
        @Sendable (_ yaml: String, PreviewPerson) async throws -> TemplatePreview = { _, _ in
            TemplatePreview()
        }
    /// Saves a definition under the name in it, as `perennial apply` does.
    package var saveTemplate:
        @Sendable (_ yaml: String, _ by: ID<Member>) async throws -> DefinitionOutcome = { _, _ in
            .refused(DocumentProblem(path: "", reason: ""))
        }
    /// Sends one message to try a template out; counts for nothing.
    package var sendTest: @Sendable (TestMail, _ by: ID<Member>) async throws -> TestMailOutcome = {
        _, _ in .refused(reason: "")
    }

    // MARK: Messages

    /// Whether mail goes out; asked with each page of messages.
    package var standing: @Sendable () async throws -> MailStanding = { MailStanding() }
    /// Stops all mail, or lets it go on: within a second, without gap or repeat.
    package var setPaused:
        @Sendable (_ isPaused: Bool, _ by: ID<Member>) async throws -> ChangeOutcome = { _, _ in
            .unknown
        }
    /// Receiving domains over the last 30 days, those that got most first; the greatest 50.
    package var domains: @Sendable () async throws -> [MailDomainRow] = { [] }
    /// A page of messages, newest first, strictly after the cursor (nil: from the newest).
    package var messages: @Sendable (MessageQuery) async throws -> MessagePage = { _ in
        MessagePage()
    }
    /// Nil where there is no such message.
    package var message: @Sendable (_ message: String) async throws -> MessagePageData? = { _ in
        nil
    }
    /// Sends one again that is in doubt or was given up; consent is read again.
    package var sendAgain:
        @Sendable (_ message: String, _ by: ID<Member>) async throws -> SendAgainOutcome = {
            _, _ in .unknown
        }

    // MARK: Suppressions and consent

    /// A page of suppressed addresses, newest first, strictly after the cursor (nil: from the newest).
    package var suppressions: @Sendable (SuppressionQuery) async throws -> SuppressionPage = {
        _ in SuppressionPage()
    }
    /// Suppresses an address by hand.
    package var suppress:
        @Sendable (_ address: String, _ note: String, _ by: ID<Member>) async throws ->
            SuppressOutcome = { _, _, _ in .refused(reason: "") }
    /// Lets an address be written to again; consent stays what it is.
    package var unsuppress:
        @Sendable (_ address: String, _ by: ID<Member>) async throws -> ChangeOutcome = { _, _ in
            .unknown
        }
    /// What a customer was sent, and what they agreed to; nil leaves the cards out.
    package var customerMail: @Sendable (ID<Customer>) async throws -> CustomerMail? = { _ in nil }

    // MARK: Campaigns

    /// All campaigns, in the order in which they are to be shown.
    package var campaigns: @Sendable () async throws -> [CampaignRow] = { [] }
    /// Nil where there is no such campaign.
    package var campaign: @Sendable (_ name: String) async throws -> CampaignPageData? = { _ in nil
    }
    /// Changes whenever a campaign's page does; asked once a second for each open page, so it must cost next to
    /// nothing. Nil where there is no such campaign.
    package var campaignRevision: @Sendable (_ name: String) async throws -> String? = { _ in nil }
    /// Does what a member asks for. Approving takes another member than who wrote it, unless there is only one:
    /// read again at the moment of it.
    package var changeCampaign:
        @Sendable (_ name: String, CampaignAct, _ by: ID<Member>) async throws ->
            CampaignOutcome = { _, _, _ in .unknown }
    /// Chooses the variant that those get who wait for the best one.
    package var chooseVariant:
        @Sendable (_ name: String, _ variant: String, _ by: ID<Member>) async throws ->
            CampaignOutcome = { _, _, _ in .unknown }
    /// A campaign as its form shows it. Nil where there is no such campaign.
    package var campaignForm: @Sendable (_ name: String) async throws -> CampaignForm? = { _ in nil
    }
    /// Sends a campaign's template to one address, filled in for some member of its segment.
    package var testCampaign:
        @Sendable (_ name: String, _ address: String, _ by: ID<Member>) async throws ->
            TestMailOutcome = { _, _, _ in .refused(reason: "") }
    /// What a campaign can be made of.
    package var campaignChoices: @Sendable () async throws -> CampaignChoices = {
        CampaignChoices()
    }
    /// Who would get a campaign that isn't saved; nil where what is chosen isn't there. Must be quick.
    package var campaignAudience: @Sendable (CampaignForm) async throws -> CampaignAudience? = {
        _ in nil
    }
    /// Saves a campaign, new or changed, as a draft that is to be approved.
    package var saveCampaign:
        @Sendable (CampaignForm, _ by: ID<Member>) async throws -> CampaignSaveOutcome = { _, _ in
            .refused(field: "", reason: "")
        }

    /// Rooms with nothing in them; replace what there is.
    package init() {}
}
