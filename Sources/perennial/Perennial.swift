import ArgumentParser

/// The command line.
@main
struct Perennial: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perennial",
        abstract: "Keeps customers: collects what they do, knows who is leaving, and acts.",
        version: Version.text,
        subcommands: [
            DemoCommand.self, ServeCommand.self, ImportCommand.self, ScoreCommand.self,
            ReportCommand.self, ModelCommand.self, RecommendCommand.self, CustomerCommand.self,
            PlanCommand.self, ApplyCommand.self, SegmentCommand.self, JourneyCommand.self,
            SimulateCommand.self, LoyaltyCommand.self, PromotionCommand.self, CampaignCommand.self,
            MailCommand.self, TaskCommand.self, OutboxCommand.self,
            WebhookCommand.self,
            MergeCommand.self, DoctorCommand.self, KeyCommand.self, MemberCommand.self,
            ConfigCommand.self,
        ])
}

enum Version {
    static let text = "0.1.0"
}
