/// The files in `Resources`, which the build puts into the program: there is nothing to install or
/// lose.
enum ConsoleResources {
    static let templateNames = templates.keys.sorted()
    static let assetNames = assets.keys.sorted()

    static func text(_ name: String) -> String {
        String(decoding: bytes(name), as: UTF8.self)
    }

    /// The file's content. A name that isn't listed here is a mistake in the program.
    static func bytes(_ name: String) -> [UInt8] {
        if name.hasSuffix(".mustache"), let found = templates[String(name.dropLast(9))] {
            return found
        }
        guard let found = assets[name] ?? others[name] else {
            preconditionFailure("no resource \(name)")
        }
        return found
    }

    private static let assets: [String: [UInt8]] = [
        "app.css": PackageResources.app_css,
        "club.css": PackageResources.club_css,
        "app.js": PackageResources.app_js,
        "charts.js": PackageResources.charts_js,
        "favicon.svg": PackageResources.favicon_svg,
        "icons.svg": PackageResources.icons_svg,
        "tokens.css": PackageResources.tokens_css,
    ]

    private static let others: [String: [UInt8]] = [
        "en.words": PackageResources.en_words,
        "metrics.md": PackageResources.metrics_md,
    ]

    private static let templates: [String: [UInt8]] = [
        "account": PackageResources.account_mustache,
        "builder": PackageResources.builder_mustache,
        "builder-condition": PackageResources.builder_condition_mustache,
        "builder-form": PackageResources.builder_form_mustache,
        "builder-part": PackageResources.builder_part_mustache,
        "builder-preview": PackageResources.builder_preview_mustache,
        "builder-preview-part": PackageResources.builder_preview_part_mustache,
        "campaign": PackageResources.campaign_mustache,
        "campaign-audience": PackageResources.campaign_audience_mustache,
        "campaign-audience-part": PackageResources.campaign_audience_part_mustache,
        "campaign-form": PackageResources.campaign_form_mustache,
        "campaign-live": PackageResources.campaign_live_mustache,
        "campaign-live-part": PackageResources.campaign_live_part_mustache,
        "campaigns": PackageResources.campaigns_mustache,
        "chart": PackageResources.chart_mustache,
        "cohorts": PackageResources.cohorts_mustache,
        "customer": PackageResources.customer_mustache,
        "customers": PackageResources.customers_mustache,
        "customers-part": PackageResources.customers_part_mustache,
        "customers-results": PackageResources.customers_results_mustache,
        "decisions": PackageResources.decisions_mustache,
        "decisions-list": PackageResources.decisions_list_mustache,
        "definition-lines": PackageResources.definition_lines_mustache,
        "definitions": PackageResources.definitions_mustache,
        "empty": PackageResources.empty_mustache,
        "error": PackageResources.error_mustache,
        "figure": PackageResources.figure_mustache,
        "find": PackageResources.find_mustache,
        "find-list": PackageResources.find_list_mustache,
        "find-results": PackageResources.find_results_mustache,
        "home": PackageResources.home_mustache,
        "how": PackageResources.how_mustache,
        "journey": PackageResources.journey_mustache,
        "journey-live": PackageResources.journey_live_mustache,
        "journey-live-part": PackageResources.journey_live_part_mustache,
        "journey-steps": PackageResources.journey_steps_mustache,
        "journeys": PackageResources.journeys_mustache,
        "layout": PackageResources.layout_mustache,
        "lift": PackageResources.lift_mustache,
        "approvals": PackageResources.approvals_mustache,
        "program-editor": PackageResources.program_editor_mustache,
        "program-preview": PackageResources.program_preview_mustache,
        "program-preview-part": PackageResources.program_preview_part_mustache,
        "loyalty": PackageResources.loyalty_mustache,
        "loyalty-member": PackageResources.loyalty_member_mustache,
        "look-choices": PackageResources.look_choices_mustache,
        "mail-frame": PackageResources.mail_frame_mustache,
        "mail-standing": PackageResources.mail_standing_mustache,
        "merge-undo": PackageResources.merge_undo_mustache,
        "message": PackageResources.message_mustache,
        "message-doubtful": PackageResources.message_doubtful_mustache,
        "message-list": PackageResources.message_list_mustache,
        "messages": PackageResources.messages_mustache,
        "models": PackageResources.models_mustache,
        "offer-card": PackageResources.offer_card_mustache,
        "offer-card-part": PackageResources.offer_card_part_mustache,
        "offers": PackageResources.offers_mustache,
        "offers-list": PackageResources.offers_list_mustache,
        "outbox": PackageResources.outbox_mustache,
        "past": PackageResources.past_mustache,
        "past-form": PackageResources.past_form_mustache,
        "people": PackageResources.people_mustache,
        "plain": PackageResources.plain_mustache,
        "program": PackageResources.program_mustache,
        "public": PackageResources.public_mustache,
        "referral": PackageResources.referral_mustache,
        "referral-case": PackageResources.referral_case_mustache,
        "referrals": PackageResources.referrals_mustache,
        "promotion": PackageResources.promotion_mustache,
        "promotions": PackageResources.promotions_mustache,
        "public-member": PackageResources.public_member_mustache,
        "public-note": PackageResources.public_note_mustache,
        "public-preferences": PackageResources.public_preferences_mustache,
        "public-unsubscribe": PackageResources.public_unsubscribe_mustache,
        "question": PackageResources.question_mustache,
        "retention": PackageResources.retention_mustache,
        "rewards": PackageResources.rewards_mustache,
        "segment": PackageResources.segment_mustache,
        "segment-live-part": PackageResources.segment_live_part_mustache,
        "segment-size": PackageResources.segment_size_mustache,
        "segments": PackageResources.segments_mustache,
        "settings": PackageResources.settings_mustache,
        "sign-in": PackageResources.sign_in_mustache,
        "step": PackageResources.step_mustache,
        "suppressions": PackageResources.suppressions_mustache,
        "task-form": PackageResources.task_form_mustache,
        "task-list": PackageResources.task_list_mustache,
        "tasks": PackageResources.tasks_mustache,
        "template": PackageResources.template_mustache,
        "template-look": PackageResources.template_look_mustache,
        "template-people": PackageResources.template_people_mustache,
        "template-preview": PackageResources.template_preview_mustache,
        "template-preview-part": PackageResources.template_preview_part_mustache,
        "templates": PackageResources.templates_mustache,
        "timeline": PackageResources.timeline_mustache,
        "timeline-entries": PackageResources.timeline_entries_mustache,
    ]
}
