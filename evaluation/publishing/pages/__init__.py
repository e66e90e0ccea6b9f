"""The pages of the site: everything they show comes as published values and scheme records."""

from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.project import write_site

__all__ = ["SiteContent", "write_site"]
