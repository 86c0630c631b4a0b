extension JourneyPlan {
    /// Decides what a stimulus comes to.
    ///
    /// Deterministic: the same stimulus for the same automation in the same context gives the same outcome, with the
    /// same keys of effects, so that what a crash took can be done again.
    package func handle(
        _ stimulus: Stimulus, for automation: inout CustomerAutomation, in context: JourneyContext
    ) -> JourneyOutcome {
        var taken = CustomerAutomation()
        swap(&taken, &automation)
        var machine = JourneyMachine(plan: self, context: context, automation: taken)
        taken = CustomerAutomation()
        machine.handle(stimulus)
        swap(&machine.automation, &automation)
        return machine.outcome
    }
}
