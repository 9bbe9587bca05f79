"""The tables, one module per subject. Importing this package defines them all."""

from geo.models.accounts import Account, Audit, Ticket
from geo.models.base import Base
from geo.models.duties import PatrolQuota, PatrolRuleRow
from geo.models.issues import Issue, IssueEvent
from geo.models.patrols import CoveredStretch, Patrol, PatrolCheck, PatrolOpinion, SourceFile, Track
from geo.models.people import Person, Post, Responsibility
from geo.models.regions import GridCell, RegionRow
from geo.models.sites import Site
from geo.models.waters import Reach, River, Zone

__all__ = [
    "Account",
    "Audit",
    "Base",
    "CoveredStretch",
    "GridCell",
    "Issue",
    "IssueEvent",
    "Patrol",
    "PatrolCheck",
    "PatrolOpinion",
    "PatrolQuota",
    "PatrolRuleRow",
    "Person",
    "Post",
    "Reach",
    "RegionRow",
    "Responsibility",
    "River",
    "Site",
    "SourceFile",
    "Ticket",
    "Track",
    "Zone",
]
