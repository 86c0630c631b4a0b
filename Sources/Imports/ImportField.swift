/// What a column of an imported file can mean.
package enum ImportField: Int, Sendable, CaseIterable {
    case orderId, customer, anonymousId, email, phone, customerName
    case orderedAt, total, currency, status, country, coupon, discount
    case sku, name, category, quantity, unitPrice
    case event, timestamp, messageId, type, properties, traits, context
    case createdAt, updatedAt

    /// As it is written in `--map`.
    package var text: String { String(describing: self) }

    /// The field of that name in an import of that kind; `userId` is `customer`.
    package init?(_ text: String, kind: ImportKind) {
        let wanted = normalizedName(text)
        let fields = Self.fields(of: kind)
        guard
            let field = fields.first(where: { normalizedName($0.text) == wanted })
                ?? (wanted == "userid" ? .customer : nil)
        else { return nil }
        self = field
    }

    /// The fields that an import of that kind has, in the order in which they choose their columns.
    package static func fields(of kind: ImportKind) -> [ImportField] {
        synonyms(kind).map(\.field)
    }

    /// Each field with the column names (as `normalizedName` gives them) that it is found by, best first.
    static func synonyms(_ kind: ImportKind) -> [(field: ImportField, names: [String])] {
        switch kind {
        case .orders: people + orders
        case .events: people + events
        case .customers: people + customers
        }
    }

    private static let people: [(field: ImportField, names: [String])] = [
        (
            .customer,
            [
                "userid", "customerid", "customer", "user", "clientid", "client", "memberid",
                "buyerid", "accountid", "custid",
            ]
        ),
        (.anonymousId, ["anonymousid", "visitorid", "deviceid", "cookieid"]),
        (.email, ["email", "emailaddress", "customeremail", "useremail", "mail"]),
        (.phone, ["phone", "phonenumber", "customerphone", "mobile", "telephone", "tel"]),
    ]

    private static let orders: [(field: ImportField, names: [String])] = [
        (
            .orderId,
            [
                "orderid", "order", "orderno", "ordernumber", "invoice", "invoiceno", "invoiceid",
                "invoicenumber", "transactionid", "receiptid", "basketid",
            ]
        ),
        (.customerName, ["customername", "fullname", "billingname", "buyername"]),
        (
            .orderedAt,
            [
                "orderedat", "orderdate", "ordertime", "invoicedate", "purchasedat", "purchasedate",
                "transactiondate", "paidat", "createdat", "date", "datetime", "timestamp",
                "eventtime", "time",
            ]
        ),
        (
            .total,
            [
                "total", "ordertotal", "totalprice", "grandtotal", "totalamount", "amount", "spend",
                "revenue", "ordervalue", "sales", "value",
            ]
        ),
        (.currency, ["currency", "currencycode"]),
        (.status, ["orderstatus", "status", "financialstatus"]),
        (.country, ["country", "countrycode", "shippingcountry", "billingcountry"]),
        (.coupon, ["coupon", "couponcode", "vouchercode", "discountcode", "promocode"]),
        (.discount, ["discount", "discountamount", "totaldiscount"]),
        (
            .sku,
            [
                "sku", "stockcode", "productid", "productcode", "itemid", "lineitemsku",
                "articleid",
            ]
        ),
        (
            .name,
            ["productname", "product", "itemname", "item", "lineitemname", "description", "title"]
        ),
        (.category, ["category", "productcategory", "categorycode", "categoryname"]),
        (.quantity, ["quantity", "qty", "lineitemquantity", "units"]),
        (.unitPrice, ["unitprice", "price", "itemprice", "lineitemprice", "priceeach"]),
    ]

    private static let events: [(field: ImportField, names: [String])] = [
        (.event, ["event", "eventname", "eventtype", "action", "activity"]),
        (
            .timestamp,
            [
                "timestamp", "originaltimestamp", "eventtime", "occurredat", "time", "datetime",
                "date", "createdat",
            ]
        ),
        (.messageId, ["messageid", "eventid"]),
        (.type, ["type"]),
        (.name, ["name", "groupid", "previousid"]),
        (.properties, ["properties"]),
        (.traits, ["traits"]),
        (.context, ["context"]),
    ]

    private static let customers: [(field: ImportField, names: [String])] = [
        (
            .createdAt,
            [
                "createdat", "signupdate", "signedupat", "registeredat", "registrationdate",
                "joinedat",
            ]
        ),
        (.updatedAt, ["updatedat", "modifiedat", "lastmodified", "lastupdated"]),
        (.traits, ["traits"]),
    ]
}

/// Lower case, without blanks, underscores, hyphens and points: how column names are compared.
func normalizedName(_ name: String) -> String {
    name.lowercased().filter { !" _-.\t\u{A0}".contains($0) }
}
