"""The libraries that every service of the suite shares."""
