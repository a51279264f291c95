"""For nbgrader's own tests: autograde with our engine, all else as nbgrader is."""

c = get_config()

c.Autograde.autograde_preprocessors = [
    "grader.nbgrader_plugin.Engine",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
