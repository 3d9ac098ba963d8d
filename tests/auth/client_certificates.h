// Certificates of clients, made by `openssl req -x509`; nobody verifies them here.
#pragma once

#include <string>
#include <string_view>

#include "ringpost/base/base64.h"

namespace ringpost::auth {

// CN=Robot One; subjectAltName: alice@example.org, the host Robot.Example, bob@example.org.
inline const std::string kTwoAddresses = *DecodeBase64(
    "MIIBijCCAS+gAwIBAgIUGs9AmcrE8gyGO63CP4BP87NWy6kwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJUm9ib3QgT25l"
    "MB4XDTI2MTEyNjIxMTYxMVoXDTM2MTEyMzIxMTYxMVowFDESMBAGA1UEAwwJUm9ib3QgT25lMFkwEwYHKoZIzj0CAQYI"
    "KoZIzj0DAQcDQgAEa/DctyGEGN92ydBKDWYiwQFT92XlgGfd5qFSYbE+5IddRZt78TywUfGR/HyoseimchfqsatZQGF6"
    "8XRpGmGdtKNfMF0wPAYDVR0RBDUwM4ERYWxpY2VAZXhhbXBsZS5vcmeCDVJvYm90LkV4YW1wbGWBD2JvYkBleGFtcGxl"
    "Lm9yZzAdBgNVHQ4EFgQUOzXmtVjtAl9PSbAJ36Yjh+80HBswCgYIKoZIzj0EAwIDSQAwRgIhAPrmOlL3WrG+b+Mn8w0V"
    "QQz7cluXeobSDeeTQCtwbRdsAiEAgAp9TjeKzQcQH4rbRxt6z/25aDcZ/2cfJqI4B1VZy1g=");

// As `openssl x509 -noout -fingerprint -sha256` prints it.
inline constexpr std::string_view kFingerprintOfTwoAddresses =
    "7F:F0:0C:24:B4:A4:EB:92:AD:7A:D9:54:08:4D:8F:47:FF:BA:20:D2:7E:06:20:97:FA:90:58:9F:B8:22:4E:"
    "33";

// Of X.509 version 1: CN=carol, emailAddress=carol@example.org, and no extensions.
inline const std::string kAddressInSubject = *DecodeBase64(
    "MIIBYDCCAQUCFD2iRCbyftFKRSvJMnNRkNHuPOQOMAoGCCqGSM49BAMCMDIxDjAMBgNVBAMMBWNhcm9sMSAwHgYJKoZI"
    "hvcNAQkBFhFjYXJvbEBleGFtcGxlLm9yZzAeFw0yNjExMjYyMTE2MTFaFw0zNjExMjMyMTE2MTFaMDIxDjAMBgNVBAMM"
    "BWNhcm9sMSAwHgYJKoZIhvcNAQkBFhFjYXJvbEBleGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL9C"
    "zgI1lDslIvjETJsHJD2mQhOvkOKvL5hPqWpAbijKdTmxUl7KmYTARCdlWx9T98cPedvmFD07l/A+MC1ldggwCgYIKoZI"
    "zj0EAwIDSQAwRgIhAPCQNqNmnuHUemi1KCV9iiOnaW2tFErxy0IKjEMEk/6DAiEAoQJqUc1JISk6CXf7xw7FxByEXiim"
    "xj3hOJ+mgw7n5ME=");

// CN=first, CN=second.
inline const std::string kTwoCommonNames = *DecodeBase64(
    "MIIBOzCB4wIUWnxl06y/z8YetIBN23kQeqSiA28wCgYIKoZIzj0EAwIwITEOMAwGA1UEAwwFZmlyc3QxDzANBgNVBAMM"
    "BnNlY29uZDAeFw0yNjExMjYyMTE2MTFaFw0zNjExMjMyMTE2MTFaMCExDjAMBgNVBAMMBWZpcnN0MQ8wDQYDVQQDDAZz"
    "ZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ64iT+KQ6PJLH1dwhZMl+OziD/z68WmbAg5wzQIsZCeAlcL12e"
    "ivcFBZqhR4CnthJ6f4W8ed0eDXgjUpiIJd4wMAoGCCqGSM49BAMCA0cAMEQCIHZ4qyGRtnMBpmJ8OC0IW7zLuXpNTGt9"
    "sY5H5VM5dx/hAiA98sAT6S7mdXeaJ+MMMszOCBjCPUcSF7Kmer9P+aSfew==");

}  // namespace ringpost::auth
