"""What fictitious people say in their plans: what matters, goals with five levels each, who does what, what if."""

# A goal of words.GOALS: (why, from much less than hoped to much more than hoped)
GOAL_SCALES = {
    "Make my own breakfast again": (
        "I have always had my tea before anybody else is up.",
        ("Somebody makes all of it", "I butter the toast", "I make it with somebody near", "I make it alone",
         "I make breakfast and lunch"),
    ),
    "Get upstairs to my own bed without help": (
        "I do not sleep well in the front room.",
        ("I sleep downstairs", "I go up with two people", "I go up with one person behind me", "I go up alone by day",
         "I go up and down alone, day and night"),
    ),
    "Walk to the corner shop and back": (
        "I like to choose my own paper and have a word.",
        ("I do not leave the house", "I get to the gate", "I get to the shop with somebody", "I go alone",
         "I walk to the park as well"),
    ),
    "Wash and dress myself, with somebody near": (
        "I want to do it my way.",
        ("Somebody does it all", "I wash my face and hands", "I wash and dress with somebody near",
         "I need help with my back and feet only", "I do it alone"),
    ),
    "Get in and out of the bath safely": (
        "A bath is my treat of the week.",
        ("I wash at the sink", "I sit on the board with two people", "I use the bath lift with one person",
         "I use the bath lift with somebody in the house", "I bathe alone with the lift"),
    ),
    "Stay in my own home with my cat": (
        "She is my family.",
        ("I am away from home", "I am home, the cat is not", "I am home with my cat and feed her",
         "I see to her food and tray", "I take her to the vet myself"),
    ),
    "Go back to the lunch club on Thursdays": (
        "My friends are there.",
        ("I see nobody outside", "A friend from the club visits", "I go with somebody once a month",
         "I go most Thursdays", "I go every week and help to lay the tables"),
    ),
    "Manage my own tablets from the box": (
        "I do not like to be given them.",
        ("Somebody gives me all of them", "I take them from somebody’s hand", "I take them from the box when reminded",
         "I take them alone on most days", "I fill the box myself"),
    ),
    "Not to go back into hospital": (
        "I was frightened there.",
        ("I was in hospital twice", "I was in hospital once", "I stayed at home, with help in a bad week",
         "I stayed at home without extra help", "I feel better than in a long time"),
    ),
    "Have a shower twice a week": (
        "I feel myself again afterwards.",
        ("I have no shower", "I have one now and then", "I have two a week with help", "I have two with somebody near",
         "I shower when I like"),
    ),
    "Get out to the garden by the spring": (
        "The snowdrops are mine.",
        ("I look out of the window", "I sit at the open door", "I sit in the garden with help",
         "I walk round the garden with my frame", "I plant something"),
    ),
    "Keep my legs clear of sores": (
        "They were sore for two years.",
        ("I have new sores", "An old sore opens", "My legs stay clear", "My legs are clear and less swollen",
         "I see to my own stockings"),
    ),
}  # fmt: skip
MATTERS = (
    "My daughter rings on Sundays. I want to be up and dressed by then.",
    "My own front door, my own chair, and the radio on.",
    "Church, when I can get there. The hymns on a Sunday if I cannot.",
    "My grandchildren. I want to be well enough to have them round.",
    "Being asked, and not told. I have run a house for sixty years.",
    "My birds at the feeder. Fill it if I cannot.",
    "Football on the radio and a proper cup of tea.",
    "To stay where I was happy with my late husband.",
)
STRENGTHS = (
    "Good with names. Knows every neighbour. Can stand at the sink for ten minutes.",
    "Walks indoors with a frame. Cooks by telling somebody how.",
    "Sense of humour. Reads the paper with a magnifier every day.",
    "Was a bus driver and never late. Keeps a list of everything.",
    "Can wash face and hands. Son lives near and rings every evening.",
    "Speaks up when something is wrong. Uses the pendant alarm well.",
)
SUPPORT = (
    "Knock, call out and wait. Speak from the front.",
    "Let me try first. Help when I ask.",
    "Tell me what you are going to do before you do it.",
    "Do not hurry me in the morning.",
    "Open the curtains first, then talk.",
)
GOOD_DAYS = (
    "Up at eight, tea first. Lunch at one. The programme at seven. Bed at ten.",
    "A wash, clean clothes, something hot, and somebody to talk to.",
    "A short walk, the paper, a nap, and my own supper.",
)
WISHES = (
    {"place": "At home, in my own bed.", "people": "My daughter. She knows what I want."},
    {"wishes": "Keep me comfortable. No more hospital unless it stops pain.", "place": "At home if it can be done.",
     "place_else": "The hospice."},
    {"people": "My son decides with me.", "not_wanted": "I do not want to be fed by a tube."},
)  # fmt: skip
# (if, then, call, telephone)
WHAT_IFS = (
    ("nobody answers the door", "Look through the window and ring. Use the key safe if you may. Tell the office.",
     "the office", "07700 900001"),
    ("they have fallen", "Do not lift. Keep them warm. Ask what hurts.", "crisis response, or 999 if they are hurt",
     "07700 900002"),
    ("they do not eat or drink all day", "Offer little and often, and write it down. Tell the nurse the same day.",
     "the nurses", "07700 900003"),
    ("their carer is ill", "Ask who can stay tonight. Offer more visits until the carer is well.", "the office",
     "07700 900001"),
    ("the power goes off", "Check heating, telephone and pressure mattress. Blankets are in the hall.",
     "105, the network", "105"),
)  # fmt: skip
NEEDS = {
    "personal_care": ("Cannot wash and dress all over without help", "hygiene"),
    "meals_and_drinks": ("Cannot stand long enough to make a hot meal", "nutrition"),
    "medication_support": ("Loses track of tablets without a reminder", ""),
    "hoist_transfer": ("Cannot stand or move from bed to chair alone", "home_safely"),
    "reablement_practice": ("Has lost strength and confidence since being ill", "home_safely"),
    "exercise_programme": ("Unsteady on the stairs", "home_safely"),
    "crisis_support": ("Not safe alone through the day until this has passed", "home_safely"),
    "insulin_administration": ("Cannot see well enough to give their own insulin", ""),
}
EQUIPMENT = {
    "hoist_transfer": "Hoist and sling in the bedroom. Check the date before each use.",
    "exercise_programme": "Walking frame, and the sheet of exercises on the fridge.",
    "medication_support": "Blister pack in the kitchen drawer.",
}
IF_NOT = {
    "medication_support": "Do not leave tablets out. Ring the office, who ask the pharmacist or nurse.",
    "hoist_transfer": "Never with one worker. Stay, make comfortable in bed, and ring the office.",
    "insulin_administration": "Ring the nurses at once. Do not wait for the next visit.",
    "personal_care": "Offer again before you go. Write down that it was not wanted.",
    "meals_and_drinks": "Leave a drink and something cold in reach. Tell the next visit.",
}
OWN = (
    ("Get the paper in and read it", "Every morning, from the chair by the window."),
    ("Wash my own face and hands", "With the bowl on the table."),
    ("Walk to the kitchen and back", "With the frame, three times a day."),
    ("Water the plants", "The small can, half full."),
)
FAMILY = (
    ("Shopping and the bank", "Daughter", "On Saturdays."),
    ("A telephone call in the evening", "Son", "About seven."),
    ("The bins", "Neighbour", "They go out on Tuesdays."),
    ("Washing and changing the bed", "Niece", "Clean sheets are in the landing cupboard."),
)
