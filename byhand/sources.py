"""Where data sets come from, cited alike in every language."""

DIGITS = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, test part, "
    "UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0"
)
BREAST_CANCER = (
    "W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin "
    "(Diagnostic), UCI Machine Learning Repository, 1993, doi:10.24432/C5DW2B, CC BY 4.0"
)
MNIST = "Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, 1998"
