"""Outside issuers (Keycloak, WSO2 behind LGSP) whose tokens are accepted, by configuration."""

from app.clients.issuers.configuration import TrustedIssuer, load_issuers
from app.clients.issuers.issuers import Issuers

__all__ = ["Issuers", "TrustedIssuer", "load_issuers"]
