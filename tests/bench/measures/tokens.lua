-- wrk ... -- TOKENS STATUS: one token a line, each request the next; counts other answers.
-- A token that is bound to a key has its proof behind it.

local requests, at = {}, 0
local expected
local threads = {}
wrong = 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  expected = tonumber(arguments[2])
  for line in io.lines(arguments[1]) do
    local token, proof = line:match("(%S+) (%S+)")
    local headers = { Authorization = "Bearer " .. line }
    if proof then
      headers = { Authorization = "DPoP " .. token, DPoP = proof }
    end
    requests[#requests + 1] = wrk.format("GET", nil, headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function response(status)
  if status ~= expected then
    wrong = wrong + 1
  end
end

function done()
  local total = 0
  for _, thread in ipairs(threads) do
    total = total + thread:get("wrong")
  end
  print("wrong: " .. total)
end
