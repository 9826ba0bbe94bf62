"""First and last names by where they are mostly borne, written for this package; names that are also words are few."""

from __future__ import annotations

MALE = {
    "european": "Adam Alan Albert Andrew Anthony Arthur Benjamin Brad Brandon Brian Christopher Colin Craig Daniel "
    "David Dennis Derek Donald Douglas Edward Eric Ethan Frank Fred Gary Geoffrey George Gerald Gregory Harold Harry "
    "Henry Howard Jack Jacob James Jason Jeffrey Jeremy Joel John Jonathan Joseph Josh Joshua Justin Keith Kenneth "
    "Kevin Larry Lawrence Louis Luke Matthew Michael Nathan Neil Nicholas Patrick Paul Peter Philip Ralph Raymond "
    "Richard Robert Roger Ronald Roy Russell Ryan Samuel Scott Sean Simon Stephen Steven Stuart Theodore Thomas "
    "Timothy Todd Tom Vincent Walter Wayne William Zachary Mike Joe Jim Steve Bob Dave Dan Ben Sam Tim Matt Chris",
    "african american": "Alonzo Alphonse Cedric Darnell DeAndre Demetrius Deshawn Jamal Jamel Jermaine Jerome Kareem "
    "Lamar Leroy Malik Marquis Marcus Rasheed Terrell Terrence Torrance Tremayne Trevon Tyrone Tyree",
    "hispanic": "Alejandro Carlos Diego Eduardo Enrique Esteban Felipe Fernando Francisco Guillermo Hector Javier "
    "Jorge Jose Juan Luis Manuel Miguel Pablo Pedro Rafael Ramon Ricardo Roberto Rodrigo Santiago Sergio",
    "east asian": "Akira Cheng Feng Haruto Hiroshi Huang Jian Jun Kenji Liang Minh Peng Satoshi Seung Takeshi Tao "
    "Wei Xiang Yong Yusuke Zhiyuan Takumi",
    "south asian": "Aditya Ajay Amit Anil Arjun Ashok Deepak Ganesh Harish Krishna Manoj Mohan Nikhil Prakash Rahul "
    "Rajesh Ravi Rohan Sandeep Sanjay Suresh Vijay Vikram",
    "arab": "Abdullah Ahmed Ali Faisal Farouk Fareed Hamza Hassan Hussein Ibrahim Karim Khalid Mahmoud Mohammed "
    "Muhammad Mustafa Omar Rashid Salim Tariq Yasin Yusuf Ziad",
}

FEMALE = {
    "european": "Abigail Alice Allison Amanda Amy Andrea Angela Ann Anna Anne Barbara Betsy Betty Brenda Caroline "
    "Catherine Christina Christine Claire Courtney Cynthia Deborah Diana Donna Dorothy Elizabeth Ella Ellen Emily "
    "Emma Eleanor Hannah Heather Helen Isabel Jane Janet Jennifer Jessica Joan Judith Julia Julie Karen Katherine "
    "Kathleen Katie Kelly Kimberly Kristin Laura Lauren Linda Lisa Lucy Margaret Martha Mary Megan Melanie Melissa "
    "Michelle Nancy Natalie Nicole Olivia Pamela Patricia Rachel Rebecca Ruth Samantha Sandra Sarah Sharon Sophie "
    "Stephanie Susan Teresa Theresa Vanessa Virginia Wendy Kate Anne Beth Jenny Liz Susie",
    "african american": "Aaliyah Ebony Keisha Kenya Lakisha Latisha Latonya Latoya Nia Nichelle Precious Shaniqua "
    "Shanice Shereen Tamika Tanisha Tia Tyra Jasmine Yolanda Deja Imani",
    "hispanic": "Alejandra Ana Beatriz Camila Carmen Catalina Esperanza Fernanda Gabriela Guadalupe Isabella Juana "
    "Lucia Luisa Maria Mariana Marisol Paola Rosa Sofia Valentina Ximena Yesenia",
    "east asian": "Aiko Akiko Chun Hanako Haruka Hui Jing Keiko Lan Linh Mei Michiko Ming Naoko Sakura Soo Xiu Yan "
    "Ying Yoko Yuki Yuna",
    "south asian": "Aditi Anjali Ananya Deepa Divya Indira Kavita Lakshmi Meena Neha Nisha Pooja Priya Radha Rani "
    "Shanti Shreya Sita Sunita Usha Vidya",
    "arab": "Aisha Amina Fatima Farida Habiba Hala Huda Khadija Laila Layla Leila Maryam Mariam Nadia Noor Rania "
    "Samira Salma Yasmin Zahra Zainab Zaynab",
}

LAST = {
    "european": "Adams Allen Anderson Bennett Campbell Clark Collins Davis Edwards Evans Fischer Hall Hanson Hughes "
    "Johnson Jones Kelly Larsen Lewis McCarthy Miller Mitchell Moore Morgan Murphy Nelson Olson Peterson "
    "Phillips Roberts Schmidt Schneider Scott Smith Stewart Sullivan Taylor Thompson Turner Walsh Watson Wilson Wright",
    "african american": "Banks Booker Coleman Gaines Jefferson Muhammad Robinson Washington Williams Jackson",
    "hispanic": "Castillo Chavez Diaz Fernandez Flores Garcia Gomez Gonzalez Gutierrez Hernandez Jimenez Lopez "
    "Martinez Mendoza Morales Perez Ramirez Reyes Rivera Rodriguez Romero Sanchez Torres Vargas Vasquez",
    "east asian": "Chen Cheng Huang Ito Kim Li Lin Liu Nakamura Ng Nguyen Pham Sato Suzuki Takahashi Tanaka Tran "
    "Wang Watanabe Wong Wu Yamamoto Yang Zhang Zhao",
    "south asian": "Agarwal Bhatt Chaudhary Desai Gupta Iyer Joshi Kapoor Kumar Mehta Mishra Nair Patel Rao Reddy "
    "Sharma Singh Srinivasan Verma",
    "arab": "Abbas Aziz Darwish Farah Haddad Hamdan Hakim Ibrahim Kassem Khalil Khoury Mansour Nasser Rahman Saleh "
    "Shaheen Yassin Youssef",
}

ALSO_WORDS = frozenset(
    "arthur bob bradford craig dan frank jack jenny joe josh josey matt roger wayne scott jun tao ming mei lan "
    "hui wei yan ying soo li lin wu yang kim ana rosa precious ebony jasmine sakura noor ali kelly beth liz sam "
    "tim tom ben jim kenya imani marquis deja virginia santiago banks booker coleman hall moore wright taylor "
    "turner lewis morgan washington jefferson jackson miller smith clark reyes flores torres rivera morales "
    "saleh".split()
)
"""Names that are words or places too: read as names only where they have a capital."""
