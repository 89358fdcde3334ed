"""The keys by which claims cite papers, and what they stand for."""

PAPERS = {
    "commitment": "Conitzer and Sandholm 2006; Conitzer and Korzhyk 2011; von Stengel and Zamir 2010",
    "errl": "Hu, Li, Xu and Xu 2026, arXiv 2606.28671",
    "qse": "Chen, Wang and Yang 2023, arXiv 2307.14085",
    "smg": "He, Liu and Chen 2025, arXiv 2509.16296",
    "softmax": "lemmas that all of the papers use",
    "sqvi": "Jeong and Lee 2026, arXiv 2604.04394",
}
