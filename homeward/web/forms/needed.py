"""The forms that a pathway asks for, ready for `components/forms_needed.jinja` on any page."""

from homeward.access.rules import Actor
from homeward.assessments.selectors import needed_forms
from homeward.episodes.selectors import RunningEpisode
from homeward.episodes.services import form_subjects
from homeward.procedures.rules import Pathway
from homeward.web.forms.presenters import FormsPanel, forms_panel


def panel_of_episode(actor: Actor, running: RunningEpisode) -> FormsPanel:
    """Every form of an episode's pathway by stage; the front door's are the referral's.

    Raises: NotAllowedError.
    """
    episode, pathway = running.episode, running.pathway
    first = pathway.first_stage.code
    needed = needed_forms(actor, episode.service_id, pathway, *form_subjects(episode))
    asked = [one for one in needed if one.asked.stage != first or episode.referral_id]
    apart = {first: ("referral", episode.referral_id)} if episode.referral_id else {}
    return forms_panel(asked, "episode", episode.pk, episode.stage, apart)


def panel_of_referral(actor: Actor, referral, pathway: Pathway) -> FormsPanel:
    """The forms that a pathway's front door asks for, on a referral that may be accepted onto it.

    Raises: NotAllowedError.
    """
    first = pathway.first_stage.code
    needed = needed_forms(actor, referral.service_id, pathway, ("referral", referral.pk), stage=first)
    return forms_panel(needed, "referral", referral.pk, first)
