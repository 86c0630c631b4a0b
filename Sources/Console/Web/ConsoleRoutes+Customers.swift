import HTTPTypes
import Hummingbird
import Insights
import Kernel

extension ConsoleRoutes {
    func customers(_ visit: Visit) async throws -> Response {
        let state = CustomerListState(visit.query)
        let page = try await desk.data.customers(state.query)
        let view = CustomersView(page, state: state, formats: visit.formats)
        guard visit.asksForPart("results") else {
            return visit.page(
                "customers", title: visit.words("room.customers"), room: .customers, view)
        }
        var response = visit.part("customers-part", view)
        response.headers[.htmxPushURL] = state.path
        return response
    }

    /// The whole list, as filtered and sorted, as CSV: sent page by page as it is read.
    func exportCustomers(_ visit: Visit) -> Response {
        var query = CustomerListState(visit.query).query
        query.limit = Self.exportPageRows
        query.after = ""
        let first = query
        let customers = desk.data.customers
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: CustomerCSV.head))
            var query = first
            while true {
                let page = try await customers(query)
                try await writer.write(ByteBuffer(string: CustomerCSV.lines(page.rows)))
                guard let next = page.next else { break }
                query.after = next
            }
            try await writer.finish(nil)
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8; header=present"
        headers[.contentDisposition] = "attachment; filename=\"customers.csv\""
        return visit.finished(Response(status: .ok, headers: headers, body: body))
    }

    func customer(_ visit: Visit, _ id: ID<Customer>) async throws -> Response {
        guard let data = try await desk.data.customer(id) else { return visit.notFound() }
        guard data.row.customer == id else {
            return visit.redirect("/customers/\(data.row.customer)")
        }
        let view = CustomerView(
            data, mail: try await desk.data.mail.customerMail(id), formats: visit.formats)
        return visit.page("customer", title: view.label, room: .customers, view)
    }

    /// More of a timeline: the next stretch for htmx, otherwise the customer's page from there on.
    func timeline(_ visit: Visit, _ id: ID<Customer>) async throws -> Response {
        let before = visit.query["before"].flatMap {
            $0.utf8.count <= CustomerListState.cursorBytesMax ? $0 : nil
        }
        let page = try await desk.data.timeline(id, before, Self.timelineEntries)
        if visit.request.headers[.htmxRequest] == "true" {
            let view = TimelineView(page, customer: id, formats: visit.formats)
            return visit.part("timeline", TimelinePart(timeline: view))
        }
        guard var data = try await desk.data.customer(id) else { return visit.notFound() }
        data.timeline = page
        let view = CustomerView(
            data, mail: try await desk.data.mail.customerMail(id), formats: visit.formats)
        return visit.page("customer", title: view.label, room: .customers, view)
    }

    /// What to offer: the list for htmx, otherwise the customer's page with it.
    func offers(_ visit: Visit, _ id: ID<Customer>) async throws -> Response {
        let outcome = try await desk.data.offers(id)
        if case .unknown = outcome { return visit.notFound() }
        if visit.request.headers[.htmxRequest] == "true" {
            return visit.part("offers", OffersPart(offers: OffersView(outcome, visit.formats)))
        }
        guard let data = try await desk.data.customer(id) else { return visit.notFound() }
        let view = CustomerView(
            data, offers: outcome, mail: try await desk.data.mail.customerMail(id),
            formats: visit.formats)
        return visit.page("customer", title: view.label, room: .customers, view)
    }

    func askUndo(_ visit: Visit, _ id: ID<Merge>) async throws -> Response {
        guard let merge = try await desk.data.merge(id) else { return visit.notFound() }
        guard merge.undoneAt == nil else { return visit.redirect("/customers/\(merge.into)") }
        return visit.page(
            "merge-undo", title: visit.words("merge.undoTitle"), room: .customers,
            MergeUndoView(merge, formats: visit.formats))
    }

    func undo(_ visit: Visit, _ id: ID<Merge>) async throws -> Response {
        guard let member = visit.session?.member, let merge = try await desk.data.merge(id) else {
            return visit.notFound()
        }
        switch try await desk.data.undoMerge(id, member) {
        case .undone, .alreadyUndone: return visit.redirect("/customers/\(merge.into)")
        case .unknown: return visit.notFound()
        }
    }
}

/// What the offers' template expects around it.
struct OffersPart {
    let offers: OffersView
}

/// What the timeline's template expects around it.
struct TimelinePart {
    let timeline: TimelineView
}
