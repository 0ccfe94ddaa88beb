from dataclasses import replace

from tests.support.builders.configs import CONFIG
from tui.api.kept.curl import curl_line
from tui.api.request import ApiRequest


def test_with_bound_tokens_the_line_asks_for_the_headers_of_its_own_request() -> None:
    request = ApiRequest("DELETE", "/orders/7?now=$1")
    line = curl_line(replace(CONFIG, dpop=True), request)
    assert "--format header --for DELETE '/orders/7?now=$1' | curl" in line
    assert "--for " not in curl_line(CONFIG, request)
