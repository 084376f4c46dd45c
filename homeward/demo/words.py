"""Made-up names and sentences. Any likeness to somebody real is chance: given and family names are drawn apart."""

# (weight, women's names, men's names, family names): older people first, then the generation that works
OLDER = (
    (
        70,
        "Dorothy Margaret Joan Jean Doreen Sheila Audrey Brenda Maureen Patricia Beryl Barbara Betty Eileen Kathleen"
        " Marjorie Irene Hilda Edna Pauline Shirley Mavis Rita June Sylvia Valerie Norma Winifred Gladys Olive",
        "Kenneth Ronald Derek Raymond Dennis Frank Stanley Arthur Albert Harold Roy Gordon Leslie Ernest Norman Eric"
        " Alan Brian Trevor Geoffrey Cyril Walter Harry Reginald Maurice Clifford Gerald Keith Douglas Bernard",
        "Allsop Bamford Barker Beresford Brailsford Burrows Cartwright Clewes Coxon Dakin Eyre Fearn Frost Gratton"
        " Hallam Heathcote Holmes Hopkinson Ince Jepson Kirkland Limb Marsden Mellor Naylor Oldknow Pegg Radford"
        " Redfern Salt Slack Spendlove Swindell Tagg Towle Udall Varley Wagstaff Wheeldon Yeomans",
    ),
    (
        9,
        "Surinder Gurdev Amarjit Harbhajan Swaran Mohinder Kamla Pushpa Savitri Nirmal",
        "Balbir Gurdial Harbans Joginder Mohan Pritam Ranjit Sohan Kartar Ram",
        "Bains Chahal Dhaliwal Gill Johal Kaler Lally Purewal Sandhu Uppal Patel Parmar Mistry",
    ),
    (
        8,
        "Fatima Zubeda Nasim Khadija Rashida Shamim Amina Hafiza Zarina Kulsoom",
        "Mohammed Abdul Ghulam Yusuf Ibrahim Bashir Karim Rafiq Hanif Latif",
        "Ahmed Akhtar Begum Chaudhry Hussain Iqbal Khan Mahmood Malik Rashid Shah",
    ),
    (
        7,
        "Gloria Hyacinth Monica Icilda Sybil Lurline Verna Pearl Myrtle Enid",
        "Winston Neville Cecil Clinton Desmond Everton Lloyd Vincent Carlton Rupert",
        "Bogle Campbell Daley Francis Gayle Henry Lewin Morgan Reid Samuels Thompson Wynter",
    ),
    (
        4,
        "Halina Krystyna Danuta Stanislawa Jadwiga Wanda Oksana Olha",
        "Zbigniew Kazimierz Jerzy Tadeusz Stefan Bohdan Petro Witold",
        "Baran Dudek Kowal Lis Nowicki Pawlak Sikora Wrona Zajac Bondar",
    ),
    (2, "Mei Lan Suk Yin Wai Ling", "Wing Kwok Chi Ming Tak Hung", "Chan Cheung Lam Lau Tsang Yip"),
)
YOUNGER = (
    (
        62,
        "Emma Laura Gemma Rachel Hannah Chloe Megan Jade Amy Kirsty Leanne Natalie Donna Tracey Julie Karen Lisa"
        " Beth Holly Zoe Paige Abigail Molly Jodie Stacey",
        "Daniel Thomas James Lee Craig Ryan Adam Luke Ben Matthew Connor Jake Liam Stuart Gavin Scott Jordan Callum"
        " Nathan Dean",
        "Abbott Bagshaw Barks Cope Cresswell Doxey Elliott Foulds Gibbs Hadfield Hickling Jackson Keeling Lomas"
        " Mather Needham Orme Palfreyman Rowbottom Sellors Smedley Tunnicliffe Vickers Whitehurst Wragg",
    ),
    (
        11,
        "Priya Simran Harpreet Jasmine Kiran Manpreet Anjali Neha",
        "Arjun Gurpreet Jaspal Amit Ravi Sandeep Vikram Deepak",
        "Athwal Bhogal Dhillon Grewal Kang Nagra Rai Sahota Patel Solanki",
    ),
    (
        9,
        "Aisha Saira Nadia Zainab Mariam Samina Rukhsana Hina",
        "Imran Bilal Faisal Hamza Tariq Usman Adeel Zahid",
        "Ali Aziz Farooq Hussain Javed Mirza Nawaz Qureshi Sadiq Yaqub",
    ),
    (
        10,
        "Blessing Grace Chipo Tendai Ngozi Adaeze Comfort Precious Rutendo Efua",
        "Tawanda Emeka Kwame Chidi Farai Tinashe Femi Kofi",
        "Adeyemi Boateng Chikwanha Dube Mensah Moyo Ncube Okafor Okoro Owusu Sibanda",
    ),
    (
        5,
        "Agnieszka Katarzyna Magda Ioana Andreea Monika",
        "Piotr Tomasz Marcin Andrei Mihai Pawel",
        "Baran Ciobanu Dobre Kaczmarek Lewandowski Mazur Popa Rusu Wilk",
    ),
    (
        3,
        "Maricel Rowena Jocelyn Bincy Jincy Sheeba",
        "Jomar Rommel Arnel Biju Shibu Jijo",
        "Bautista Cruz Dizon Kurian Mathai Reyes Varghese Villar",
    ),
)

LANGUAGES = {1: "Punjabi", 2: "Urdu", 4: "Polish", 5: "Cantonese"}  # by place in OLDER

STREETS = tuple(
    f"{name} {kind}"
    for name, kind in zip(
        [
            "Larkspur",
            "Tansy",
            "Bramling",
            "Curlew",
            "Fennel",
            "Merrow",
            "Sedge",
            "Willowherb",
            "Harebell",
            "Plover",
            "Rushy",
            "Teasel",
            "Yarrow",
            "Campion",
            "Dunlin",
            "Foxtail",
            "Gorsey",
            "Heron",
            "Ivy",
            "Juniper",
            "Kestrel",
            "Linnet",
            "Mallow",
            "Nightjar",
            "Orchis",
            "Pipit",
            "Quince",
            "Rowan",
            "Sorrel",
            "Thistle",
            "Umber",
            "Vetch",
            "Wren",
            "Yellowhammer",
            "Alder",
            "Burdock",
            "Cowslip",
            "Dabchick",
            "Eyebright",
            "Fieldfare",
        ],
        ("Close", "Road", "Street", "Avenue", "Lane", "Drive", "Terrace", "Way", "Court", "Rise") * 4,
    )
)
TOWN = "Merrowdale"

PRACTICES = tuple(
    f"{name} {kind}"
    for name, kind in zip(
        [
            "Tansybank",
            "Curlew",
            "Larkmead",
            "Sedgeley",
            "Fenwillow",
            "Harebell",
            "Ploverdale",
            "Teasel",
            "Campion",
            "Foxtail",
            "Heronsgate",
            "Juniper",
            "Linnet",
            "Mallowfield",
            "Orchis",
            "Pipit",
            "Quincefield",
            "Rowanlea",
            "Sorrel",
            "Vetchley",
            "Wrenwood",
            "Burdock",
            "Cowslip",
            "Eyebright",
            "Dunlin",
            "Umberley",
        ],
        ("Surgery", "Medical Centre", "Practice", "Health Centre", "Family Practice") * 6,
    )
)

WHAT_MATTERS = (
    "My cat, my garden, and getting to chapel on Sundays.",
    "Seeing my grandchildren at the weekend and staying in my own home.",
    "A proper cup of tea before anything else in the morning.",
    "Doing as much as I can for myself, even if it takes longer.",
    "Being called by my first name and told what is going to happen.",
    "Listening to the cricket. Please do not turn the radio off.",
    "Keeping my own chair by the window. I like to see who goes by.",
    "Praying at the right times. Please ring before you come.",
    "Walking to the shop again on my own.",
    "Having the same faces. I worry when somebody new comes.",
    "My late husband's photographs stay where they are.",
    "Going to the lunch club on Thursdays.",
)
GOALS = (
    "Make my own breakfast again",
    "Get upstairs to my own bed without help",
    "Walk to the corner shop and back",
    "Wash and dress myself, with somebody near",
    "Get in and out of the bath safely",
    "Stay in my own home with my cat",
    "Go back to the lunch club on Thursdays",
    "Manage my own tablets from the box",
    "Not to go back into hospital",
    "Have a shower twice a week",
    "Get out to the garden by the spring",
    "Keep my legs clear of sores",
)
COME_IN = (
    "Ring and wait: it takes a while to get to the door.",
    "Back door, through the side gate.",
    "Flat entrance on the left. Buzzer is broken, phone first.",
    "Use the ramp at the side.",
    "Small step inside the door.",
    "Park on the road behind. The drive is shared.",
    "Neighbour at the next house holds a key.",
)
ALERTS = (
    ("risk", "Two large steps at the front with no rail. Take care in the wet."),
    ("risk", "Son can be loud and upset. Stay near the door and phone the office if worried."),
    ("allergy", "Penicillin"),
    ("allergy", "Sticking plasters: use the dressing pack in the hall cupboard."),
    ("pets", "Small dog, friendly. Shut the kitchen door."),
    ("pets", "Two cats. Do not let the ginger one out."),
    ("infection", "Wear gloves and an apron for all care. Ask the nurse."),
    ("respect", "ReSPECT form in the yellow folder by the telephone."),
    ("oxygen", "No smoking and no candles. The cylinder is behind the chair."),
    (
        "safeguarding",
        "Concern about money going missing. Social worker is looking into it. Write down anything you see.",
    ),
)
NEEDS = (
    ("hearing_aid", "Left ear"),
    ("hard_of_hearing", ""),
    ("low_vision", "Macular degeneration"),
    ("large_print", "18 point"),
    ("dementia", ""),
    ("lip_reads", ""),
    ("speech", "After a stroke"),
    ("written", "Leave a note on the board in the kitchen"),
    ("learning_disability", "Use the picture book on the table"),
    ("easy_read", ""),
    ("audio", "Plays messages on the speaker by the bed"),
    ("bsl", "Book an interpreter for anything long"),
)
RELATIONS = (
    ("Daughter", True),
    ("Son", True),
    ("Wife", True),
    ("Husband", True),
    ("Neighbour", False),
    ("Niece", False),
    ("Friend", False),
    ("Sister", False),
    ("Grandson", False),
)

# Why somebody is referred in a crisis: need -> sentences (national conditions 1 to 9, and the rest)
CRISES = {
    "fall": (
        "Fell in the kitchen this morning. Up in the chair now, no pain in hip or head, shaken and not walking well.",
        "Found on the bedroom floor by the carer. Crew have lifted and checked: no injury, unsteady, lives alone.",
        "Third fall in two weeks. No injury today. Cannot get to the toilet safely.",
    ),
    "frailty_decline": (
        "Off food for three days and hardly out of bed. Likely urine infection, started tablets yesterday.",
        "Usually walks with a frame. Since the weekend needs two to stand. Observations stable with the GP.",
    ),
    "reduced_mobility": (
        "Home from hospital on Friday, cannot manage the stairs or the toilet, wife exhausted.",
        "Knees have given way twice today. Sleeping in the chair as cannot get to bed.",
    ),
    "palliative_crisis": (
        "In the last weeks of life, pain not settled this afternoon, family want to keep him at home.",
        "End of life at home, night sitter has not come, daughter cannot turn her alone.",
    ),
    "urgent_equipment": (
        "Bed rail has broken and the commode is stuck. Cannot be left like this tonight.",
        "Needs a raised toilet seat and a frame today or will have to go in.",
    ),
    "confusion": (
        "More muddled since last night, up and down the stairs, put the gas on. Dementia, normally settled.",
        "New confusion, thinks it is 1960, not drinking. Practice nurse has been, no sign of sepsis.",
    ),
    "catheter_problem": (
        "Catheter has not drained since breakfast. Uncomfortable, not feverish.",
        "Catheter has come out overnight, bed wet, very upset.",
    ),
    "diabetes_support": (
        "Sugars above 20 for two days, has been missing insulin as cannot see the pen.",
        "Hypo this morning, better after juice. Lives alone and forgetting meals.",
    ),
    "carer_breakdown": (
        "Wife, who does all his care, has been taken into hospital. He cannot be left alone.",
        "Daughter has flu and cannot come for a few days. Nobody else to get him up and fed.",
    ),
    "other_crisis": (
        "Heating has failed and she is cold and not eating. Family away until Sunday.",
        "Crew at the house: does not need hospital but not safe without somebody looking in tonight.",
    ),
}
CRISIS_WEIGHTS = {
    "fall": 27,
    "frailty_decline": 18,
    "reduced_mobility": 17,
    "palliative_crisis": 6,
    "urgent_equipment": 5,
    "confusion": 9,
    "catheter_problem": 7,
    "diabetes_support": 4,
    "carer_breakdown": 4,
    "other_crisis": 3,
}
REABLEMENT = {
    "home_from_hospital": "Ready to come home after {what}. Wants to get back to managing alone.",
    "regain_independence": "Since {what} cannot wash and dress without help. Was independent before. Keen to practise.",
    "reduced_mobility": "Slower and less steady since {what}. Would gain from practice with washing and stairs.",
}
REABLEMENT_WHAT = ("a fall", "a chest infection", "a broken wrist", "a hip operation", "a small stroke", "flu")
HOME_CARE = {
    "personal_care": "Needs help to wash and dress every day. Family help at weekends.",
    "meals_and_drinks": "Losing weight, forgets to eat. Needs somebody there at mealtimes.",
    "medication_support": "Mixing up tablets. Needs prompting morning and night.",
    "insulin": "Can no longer see to draw up insulin. Dose is settled. District nurse visits twice a day at present.",
    "simple_wound": "Leg wound healing well, needs its dressing changed twice a week, and help with washing.",
    "leg_care": "Wears compression hosiery and cannot put it on. Skin intact.",
    "catheter_care": "Long-term catheter. Needs the bag changing and help with washing.",
}

CALL_REASONS = (
    ("Asked which service to ring about a broken walking frame.", "Gave the equipment store's number and hours."),
    ("Worried that mum is not eating. Not urgent.", "Talked through what to try, and when to ring back."),
    ("Practice asked whether a patient is already known.", "Checked and told them who visits and when."),
    ("Ward asked how to send a referral in the evening.", "Told them this number takes referrals day and night."),
    ("Asked about a blue badge.", "Gave the council's contact centre."),
    ("Carer asked about a break from caring.", "Sent the carers' centre leaflet and offered an assessment."),
)
REDIRECTED = (
    ("Community nursing", "Planned nursing care. Not a crisis and no social care need."),
    ("Mental health crisis line", "Acute mental health crisis is the main need."),
    ("Same day emergency care", "Needs tests today that only the hospital can do."),
    ("999", "Signs of a stroke. Caller told to ring 999 and stay on the line."),
    ("GP practice", "Needs a medication review and a routine visit."),
)
DECLINED = (
    "Already being seen today by the community nurses. Sender told and content.",
    "Person does not want anyone to come and can decide. Sender told.",
    "Lives outside the area. Sender given the right number.",
    "No need for help within two days. Advice given to the family.",
)
ROLES = {
    "gp": ("GP", "Practice nurse", "Paramedic at the practice", "Social prescriber"),
    "hospital": ("Discharge coordinator", "Ward sister", "Ward physiotherapist", "Emergency department nurse"),
    "ambulance": ("Paramedic", "Clinical adviser", "Ambulance technician"),
    "nhs_111": ("Clinical adviser",),
    "community": ("Community nurse", "Community matron", "Specialist nurse"),
    "social_care": ("Social worker", "Duty worker"),
    "care_home": ("Care home manager", "Senior carer"),
    "family": ("Daughter", "Son", "Wife", "Husband", "Niece"),
    "self": ("The person",),
}
CRISIS_NOTES = (
    "Observations in normal range. Shown how to get up safely, frame adjusted, drinks left in reach.",
    "Made a hot meal, changed the bed, set up a commode. Settled when we left.",
    "Spoke with the GP: tablets changed. Will look in again tonight.",
    "Rail fitted by the bed, rugs taken up. Daughter told what to look out for.",
    "Catheter draining well after flush. Leaflet left.",
    "Walked to the toilet with one. Happy to stay at home.",
)
VISIT_NOTES = (
    "All care given as planned. In good spirits.",
    "Ate a good breakfast. Tablets taken.",
    "Skin looks fine. Drinks left in reach.",
    "Tired today but managed to wash with a little help.",
    "Daughter there. Would like the bed visit a little later if possible.",
    "Did more for herself today than last week.",
    "Quiet today. Will keep an eye on it and tell the office if it goes on.",
    "Skin on left heel a bit red. Told the nurse, who will look.",
    "Walked to the kitchen with the frame and made tea.",
    "Asked for the same carer tomorrow.",
)
