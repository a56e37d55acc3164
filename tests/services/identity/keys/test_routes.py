from tests.services.identity.running import Identity


async def test_the_published_keys_are_public_halves_only(identity: Identity) -> None:
    status, published = await identity.get("/api/v1/auth/jwks.json")

    [key] = published["keys"]
    assert status == 200
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert "d" not in key
