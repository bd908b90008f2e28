"""What seniors set for a campaign's approvals."""

from django import forms

from campaign.models import Campaign


class RulesForm(forms.ModelForm[Campaign]):
    class Meta:
        model = Campaign
        fields = (
            "hold_seconds",
            "always_second_eyes",
            "second_eyes_above_followers",
            "second_eyes_first_replies",
        )
        labels = {
            "hold_seconds": "Seconds to undo",
            "always_second_eyes": "A second person reads every reply",
            "second_eyes_above_followers": "Second eyes above so many followers",
            "second_eyes_first_replies": "First replies of each editor that a second person reads",
        }
        help_texts = {
            "hold_seconds": "0 to 60. So long an approved reply waits, and can be taken back.",
            "second_eyes_above_followers": "Replies to people with more of them are read twice.",
            "second_eyes_first_replies": "0: newcomers are trusted like everybody else.",
        }
