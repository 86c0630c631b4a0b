-- wrk script: track events, each with a message id of its own, one or BATCH of them a request.
-- The length of a request never changes, so that making one costs wrk as little as can be.
local batch = tonumber(os.getenv("BATCH") or "1")
local round = os.getenv("ROUND") or "0"
local authorization = os.getenv("AUTHORIZATION") or ""

local event = '{"messageId":"bench-' .. round .. '-%s-%03d","userId":"user-%05d",'
    .. '"event":"Product Viewed","timestamp":"2025-03-01T10:00:00.000Z",'
    .. '"properties":{"product_id":"507f1f77bcf86cd799439011","sku":"G-32","category":"Games",'
    .. '"name":"Monopoly: 3rd Edition","brand":"Hasbro","variant":"200 pieces","price":18.99,'
    .. '"quantity":1,"currency":"USD","position":3,"url":"https://www.example.com/product/path"},'
    .. '"context":{"library":{"name":"analytics.js","version":"2.11.1"},'
    .. '"locale":"en-GB","ip":"192.0.2.14"}%s}'
local counter = 0
local path = batch == 1 and "/v1/track" or "/v1/batch"

local function body(number)
    if batch == 1 then
        return string.format(event, string.format("%09d", number), 0, number % 20000, "")
    end
    local events = {}
    for i = 1, batch do
        local user = (number * batch + i) % 20000
        events[i] = string.format(
            event, string.format("%09d", number), i, user, ',"type":"track"')
    end
    return '{"batch":[' .. table.concat(events, ",") .. "]}"
end

local head

function init(args)
    head = table.concat({
        "POST " .. path .. " HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
        "Authorization: " .. authorization, "Content-Length: " .. #body(0), "", "",
    }, "\r\n")
end

function request()
    counter = counter + 1
    return head .. body(counter)
end

function done(summary, latency, requests)
    local failed = summary.errors.status + summary.errors.connect + summary.errors.read
        + summary.errors.write + summary.errors.timeout
    io.write(string.format(
        "RESULT %.1f %.2f %.2f %d\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
