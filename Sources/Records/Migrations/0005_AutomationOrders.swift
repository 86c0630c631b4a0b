/// What pages ask for in another order than it is kept in.
enum AutomationOrders {
    static let definition = """
        CREATE INDEX memberships_by_time ON memberships (segment, since, customer);
        CREATE INDEX decisions_by_journey ON decisions (journey, id);

        """
}
