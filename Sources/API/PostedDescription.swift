import Runtime

/// What mail servers and SMS providers post, in OpenAPI 3.1.
enum PostedDescription {
    private typealias Plain = PlainDescription

    static var paths: String {
        """
        "/v1/mail/inbound": {"post": {\(NeededScope.write), "operationId": "mailInbound", "summary": "A bounce, a complaint or an answer, as a mail server has it",
          "parameters": [\(Plain.parameter("recipient", Plain.text, "The address that it came to."))],
          "requestBody": {"required": true, "content": {"message/rfc822": {"schema": \(Plain.text)}, "text/plain": {"schema": \(Plain.text)}}},
          "responses": {"200": {"description": "What it was, in a word.", "content": {"application/json": {"schema": {"type": "object", "required": ["taken"], "properties": {"taken": \(Plain.text)}}}}},
            \(Plain.read), \(Plain.refusals(413))}}},
        \([(SMSDesk.statusPath, "smsStatus", "How a text fares"), (SMSDesk.inboundPath, "smsInbound", "A text that came in")]
            .map(twilio).joined(separator: ",\n"))
        """
    }

    private static func twilio(_ path: String, _ id: String, _ summary: String) -> String {
        """
        "\(path)": {"post": {"operationId": "\(id)", "summary": "\(summary), as Twilio posts it", "security": [],
          "description": "It is signed in the header X-Twilio-Signature, so it needs no key.",
          "requestBody": {"required": true, "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": \(Plain.text)}}}},
          "responses": {"200": {"description": "Taken.", "content": {"text/xml": {"schema": \(Plain.text)}}},
            "400": {"description": "It isn't a form."}, "403": {"description": "Twilio didn't sign it."}, "409": \(Plain.answer("Texts don't go by Twilio here.", "Failure")), "413": {"description": "It is too large."}, "503": {"description": "Try again."}}}}
        """
    }
}
