#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A self-signed certificate for `localhost`, and its key, which protects nothing.
public enum TestCertificate {
    /// Writes both to files that live as long as `body`.
    public static func withFiles<Result>(
        _ body: (_ certificate: String, _ key: String) async throws -> Result
    ) async throws -> Result {
        let base = "/tmp/test-certificate-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let (certificateFile, keyFile) = (base + ".pem", base + "-key.pem")
        try write(certificate, to: certificateFile)
        try write(key, to: keyFile)
        defer {
            unlink(certificateFile)
            unlink(keyFile)
        }
        return try await body(certificateFile, keyFile)
    }

    public static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw RawClientError.closed }
        fputs(text, file)
        fclose(file)
    }

    public static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUMtdo0dgGDkXO8PWI42aK+NrkVKMwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIyNTE0NFoYDzIxMjYxMDI5
        MjI1MTQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAStdtSQaoyU7619PjTM5bNuy/eFMP666+eXpCfi1SZDysi3yoTDRvT/
        F/xcp9GIAg+rDHKG9mksX/ZFXwFXcdQco28wbTAdBgNVHQ4EFgQUBnDydeN1Nmpq
        kktbzeOEVe/8wJkwHwYDVR0jBBgwFoAUBnDydeN1NmpqkktbzeOEVe/8wJkwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIgFrfROjEAbyKDHPeWhjNLkez9LJqU5oJcNP1T5/9jw20CIQC8
        u80+tP4+4IhwonIVyUMsbyGPCCI5Mil9jcvT6KVSIQ==
        -----END CERTIFICATE-----

        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7029CrNwqeqpDVkx
        QBZgrVuttdg953F8ut9MuEJ2S3mhRANCAAStdtSQaoyU7619PjTM5bNuy/eFMP66
        6+eXpCfi1SZDysi3yoTDRvT/F/xcp9GIAg+rDHKG9mksX/ZFXwFXcdQc
        -----END PRIVATE KEY-----

        """
}
