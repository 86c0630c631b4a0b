/// What a column of an imported file can mean.
package enum ImportField: Int, Sendable, CaseIterable {
    case orderId, customer, anonymousId, email, phone, customerName, firstName, lastName
    case orderedAt, total, currency, status, country, coupon, discount, products
    case sku, name, category, quantity, unitPrice
    case event, timestamp, messageId, type, groupId, previousId, properties, traits, context
    case title, company, gender, birthday, language, city, region, postalCode
    case createdAt, updatedAt

    /// As it is written in `--map`.
    package var text: String { String(describing: self) }

    /// The field of that name in an import of that kind; `userId` is `customer`, and a customer's `name` is
    /// `customerName`.
    package init?(_ text: String, kind: ImportKind) {
        let wanted = normalizedName(text)
        if let field = Self.fields(of: kind).first(where: { normalizedName($0.text) == wanted }) {
            self = field
        } else if wanted == "userid" {
            self = .customer
        } else if wanted == "name", kind == .customers {
            self = .customerName
        } else {
            return nil
        }
    }

    /// The fields that an import of that kind has, in the order in which they choose their columns.
    package static func fields(of kind: ImportKind) -> [ImportField] {
        synonyms(kind).map(\.field)
    }

    /// Each field with the column names (as `normalizedName` gives them) that it is found by, best first.
    package static func synonyms(
        _ kind: ImportKind
    ) -> [(field: ImportField, names: [String])] {
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
                "buyerid", "accountid", "custid", "contactid",
            ]
        ),
        (.anonymousId, ["anonymousid", "visitorid", "deviceid", "cookieid"]),
        (
            .email,
            [
                "email", "emailaddress", "customeremail", "useremail", "buyeremail",
                "billingemail", "contactemail", "mail",
            ]
        ),
        (
            .phone,
            [
                "phone", "phonenumber", "customerphone", "userphone", "buyerphone",
                "billingphone", "contactphone", "mobile", "telephone", "tel",
            ]
        ),
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
        (.firstName, ["firstname", "customerfirstname", "billingfirstname", "givenname"]),
        (.lastName, ["lastname", "customerlastname", "billinglastname", "surname", "familyname"]),
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
        (.products, ["products", "lineitems", "items"]),
        (.updatedAt, ["updatedat", "modifiedat", "lastmodified", "lastupdated"]),
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
        (.name, ["name"]),
        (.groupId, ["groupid"]),
        (.previousId, ["previousid"]),
        (.properties, ["properties"]),
        (.traits, ["traits"]),
        (.context, ["context"]),
    ]

    private static let customers: [(field: ImportField, names: [String])] = [
        (.customerName, ["name", "customername", "fullname", "displayname"]),
        (.firstName, ["firstname", "givenname", "forename"]),
        (.lastName, ["lastname", "surname", "familyname"]),
        (.title, ["title", "jobtitle"]),
        (.company, ["company", "companyname", "organisation", "organization"]),
        (.gender, ["gender", "sex"]),
        (.birthday, ["birthday", "birthdate", "dateofbirth", "dob"]),
        (.language, ["language", "locale", "lang"]),
        (.country, ["country", "countrycode"]),
        (.region, ["region", "state", "province", "county"]),
        (.city, ["city", "town"]),
        (.postalCode, ["postalcode", "postcode", "zip", "zipcode"]),
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

extension ImportField {
    /// The trait that the field becomes in a file of customers; nil for what isn't one.
    var trait: StaticString? {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .customerName: "name"
        case .firstName: "firstName"
        case .lastName: "lastName"
        case .title: "title"
        case .company: "company"
        case .gender: "gender"
        case .birthday: "birthday"
        case .language: "language"
        case .country: "country"
        case .region: "region"
        case .city: "city"
        case .postalCode: "postalCode"
        default: nil
        }
    }

    /// The fields of each kind of import with the columns that they are found by, for `--help`.
    package static var help: String {
        ImportKind.allCases.map { kind in
            let lines = synonyms(kind).map { field, names in
                "  \(field.text): \(names.joined(separator: ", "))"
            }
            return "Fields of \(kind.rawValue), and the columns that they are found by:\n"
                + lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
            + "\n\nCapitals, blanks, hyphens, points and underscores don't matter in a column's name."
    }
}

/// Lower case, without blanks, underscores, hyphens and points: how column names are compared.
func normalizedName(_ name: String) -> String {
    name.lowercased().filter { !" _-.\t\u{A0}".contains($0) }
}
