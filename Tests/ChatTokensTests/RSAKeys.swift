import JWTKit

/// An RSA key pair of 2048 bits, made for these tests and used nowhere else.
struct RSAKeys {
    let privateKey: JWTKit.Insecure.RSA.PrivateKey
    let publicPEM: String

    init() throws {
        privateKey = try JWTKit.Insecure.RSA.PrivateKey(pem: Self.pem)
        publicPEM = privateKey.publicKey.pemRepresentation
    }

    private static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC0WG81EjSJsCbM
        06BtZw/O8wjk4IGc6JLS0uIdCfo1ZtxjXrOGllmLy4b3gTrNc5vLAuXr4fnmt46p
        y/0bz8Lu4WHkwJyaSHI7cEug2eAbccH3Mi46+nT16IBp+6GMdx85EMddUFym9X0j
        FQB2OFcOuQ+Uj6NUHjOt3HBugRCu1H/9bPm9gtmZ+dBxYhnCuGiYMUzpNBbr5NLT
        NBIJDEQHrPMmKJRGmoqlmtX/IPr0X2dV78CMnf34aecqfOjUEVYiB0QTAEzjQEa5
        Sq7MXkG0CSW4Ymc6FjbYGncsQDfF+iYAlaN9gEjZoJtnWP0fNGoXCPMhsNhDNJjs
        Ub0fERjfAgMBAAECggEABo+DBPMgSycuOikZ5T3CQvaI/jG2m8H2kv0BJPcXpyxF
        qMdcqfEIcxmL069bt5A7L8CJI0wcsbDZKHWKkLtXOlmjnIhvPTBhsdmmpRE+YfE0
        K609Jky1k+6J1JEtWGh+KWH7xq0lbOnYTArrC3uGmzs00f3QF/LJt+TuVO7ICXwT
        FyWnWShhi2FTQlQnJ6WTBJmDCFkvKwOxngjPz5flio8bwsS/u7AD2R5kigVlfHSg
        i43l/7sVMLciK3NdnLyFaej/89k+CCoRFyUnY3NOqn2sS0SL17yUcv2ifRrgQLJO
        2Bn8sZpq38k57v17NcILa4B9Z5nDCcVrw+IjGOP+lQKBgQD6G+snF+5JhjvN7Va6
        lL1RR9PbdDu5zGTZOpcL0jgwgDxKoSRpXDWoT7eTVRalHYMnKSwGlXcaxHHLSN2E
        p89CbMlBurlwf5yxW9FoikyHiGCIR4ZHubB47M3prJPSvDLc4G1J2o36NWYIeeGC
        OSacvHn1RXs3RpyQiKw29XudxQKBgQC4l9zOBH/Wrq5nUQcfEy/WxZNgLx5y8UGb
        PXJAL+FYMPwTZ/ru1WsANxZa+96OdwNmkIOa85bDLt29C/f+L1uVqg1Odb3sfAZS
        iuEP/R9MTTBJ7bb4GHw6dZfLc5ugdBOCSuxFy0mIZljG+5MZAjPb/AAaW/4yNkKh
        kEXMcvpKUwKBgQDVqsw11afogBjPUBdrxm4F5ksDjEUJ8aemPPuVSb5fEO5xA0FM
        EU51v8SgxWxXGuNUrUPDTCU4ZOKiPFmiXoodwToeQRrzFNIUYtB/csb2cneldRUu
        aWBtrkArhRe0TLtXHxO+qEvqmXvVeepBifmGpS27b+RX0Kcogto9CXLV0QKBgA1z
        CyR7kXDr40slzTYHaNnmJVnBtR880sHj1To2At4xG3yye8cBB73JRbi1Vz7cDwRf
        DSeyDc8E0CUhBR2hB7Q84qFP1NmxI6jJ86H9mFUv3o/UYRtsdUixHrE1KCalrnI0
        0Ug4ipAEnP1KgSo2Td7+WmeRQlEYQPySjXNbAT9/AoGBAIloQMVJOTxJMV49XsiL
        N3sUMDs9wwvtRfcOf1Jo2T1E1UxbR7Ch9fvzstA7ieyygkHPonSYLZvmwNarkvAl
        BYg5L1kw5Ykzlqe17Q3IvudcYPZ5D+AR/diN4FhxVsnzPpTkZRjTu2UprjdX3bS2
        nfRl6p12Q2LXQ32VBwod7Bjw
        -----END PRIVATE KEY-----
        """
}
