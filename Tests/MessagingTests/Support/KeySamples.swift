/// Keys that openssl made for these tests, which sign nothing else.
enum KeySamples {
    private static func pem(_ kind: String, _ body: String) -> String {
        "-----BEGIN \(kind)-----\n\(body)\n-----END \(kind)-----\n"
    }

    static let rsa2048 = pem(
        "PRIVATE KEY",
        """
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDaqmP1MNq+q/Gl
        eaEP83J1qaZbEJuJSL5LK4Q28TvHxmm9Nf1d4vBc76+39dNFp2O5cqnh7aUFauTQ
        peHinw5y2wx/G9nYhXEPauNeVHtW7oXvX8bI6nrz7btYLx4AJdrpqxzEFJsNmqRt
        BUbVoU5AjZAQ3QfdC76YC+w1NAxQLXAjHMcaT6wJA71x4qJdyW+Gn4yS7FwYRNna
        tbh6yMpO+MhNmzRrze29FzzrOAgp42KuBQahfGAm40CGNoBC9EiXy7sG18UCgfd8
        kvek16pVjQVlwAbk3234RYXTGTWoUZ4M38t84r3VAlBSYxiQbWHVbLw42ZnZld+k
        gOOc3unLAgMBAAECggEARTssYa2BnFvZKsCLH38/DoTTkEJ+VCVtZmRVPIX9HN+z
        i74DxY1795jFpDNXHFcGimkE42y30jLJVkwm6/ba/r9ewgHB471AEhcP/MY3tMrZ
        KfRDfkpK+l8a8S0dzQMvP8s21NgHTXPYOlIw3qNvIJ4Rbl1kx3YX9pDTzPZ5LYrX
        gNRuqi0/XtOhKRZLdgI7+TEZjvdtWR/FTvnLqbbHWxSgGm+GS3vx27gSU1+KZSY5
        dsxEn1OKRdpou7+w/I9NQZutHqlVCMNW7mCAAMPS07Hk+GOCJ9DbMUOV4gJcUZjn
        lG8cOxGPEVUnO96qCQDJHuByOh25ThFW7+djP2o1FQKBgQDvn8R/ePzQ+zgVQrUW
        Ij9Squv7Ckhudk0aIkOz8NkemuNci/Mf7LtX12/UCludQB1bgd95yOOxD4UumjqE
        KGD00qn1Gojyf+9TFG9jVdbY7WZiwWL7i+lteSeoYRJ3Ddy/fwnS6QuRyI+xnr0d
        3CQp6szq7qMkC0XLM4ABkROvZQKBgQDpm/P8tV4DtjEr2VbcG+KGRzRh/WREril9
        LKJGVEY7FLsZ1XA7GcvLR7InvHwv1P7Xa1fp1wV4TRVVFHC9O/a6TZyfWGLjFzZR
        NIgNbIw+npT2crxL7Mc0hEnzqH56NDYxIcSdtvZUQI8piXkut7r9Dsj8qxUWe02n
        ywiOHZEZbwKBgQCH6aLWepVLI3Kn/HIh38Ly7Kd0eFyk6szIqe6kvVMpHMkg0PBR
        h0CrjjKLnmRgSOFd6cgLl3ouD5OG30uZch2sP2DO+QH8Kbxg7xJO0X1PBTgxg2bV
        LoJz6WgpBQYoKOCwbSnxSuWZBp0aLeMucJLCg78+8aPu6cXof4l3WgZEUQKBgQDE
        kBy0PkdlCCBHrRCRFEV+httkuDluML1oPe4tDywo+kCUdCuDDymTWjhlhwtXk/j6
        ea/3ap2HpBSXCiPylkn8aOGokk5ill115qWz5en7pqPg2pnlqM3VOpqfEt+ZI+WV
        Ybx2mEScj9XmNW5qCN6ln5MuRyXvTMECtqv0KJy2sQKBgFor0XbDhGy7tG+Sai7e
        5SM1O6J+0XHvMJVfDnjtT7qc/IoKXuMnNon+u7dyhnkxpDLQuvtk4x+POAulM566
        yGFHYoBWBADO7V29v9HFqSpkftq459A4nLaVf8OO6aK5kBwdjKuEuB9NK5s1OeTX
        LoLWEfivhK8tYZfr1I2MYhTx
        """)

    static let rsa1024 = pem(
        "PRIVATE KEY",
        """
        MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAKpywMif0Spos8OZ
        d+2vjjLFO1kDi+rSnKoQCOCZUpCHFQ67ENxrwGJg9YVc1j9T1nAKe4sUR5SkjbMB
        z7Eredbb75AQepKJ4Xlz9rDLcqDD7fJ+PyWphMTi3bYS7he0hIjugYhtzrC8ASXv
        T+V7jDLT3lg30oRfeFkGR8GvTq7pAgMBAAECgYEAnMVLF7wW8EC5BrEDI3SS/5N0
        0Jx4dpUcTzbMU3fx/sifz5qzGWlp25J+gBkxXbHIy+h4VSVj6Q2o3vpNgxEPz9Ta
        mvCBSeMgxooMJHWDLJ5hUElH+WIRmIlW8hMF3Oh+rJJqVzNkR2OqpGwxaa4VZTGt
        +fgCq+iOh+xJ0ymwlVkCQQDR9shc8/SMIqe5ZnH2gU2mN9L/wLGC1gGMXB/UsIZq
        QloHYpPGkyaWlyjbLS+BYGh7W4NbrOqaWG52nsfO63yjAkEAz9H2prl131NdBJxu
        oP68cXq0bvlvaUnNEWsbFs2gLbHvF2fCWmGbOCJ13jMUS+dvFyLtbt5/d6qNjHNO
        EiVzAwJBAJO7L/83JznyqFCq5EStdhUd8jhBPKTyLuSzbTIZgnoBdZb8pT1zDBOp
        B/YvNN2zF9Cz8xjt8aPn1NFhpvTQfEECQQDPoHHQeJHvIRZZuQA+EMKsjW8fQE2y
        32zl7iAOVDmn7ZF1zNA8BDBTkPo5mMa6Xup6LwcQMXMgV2E75ScmsguJAkBLG32J
        L/E0H8LE6VYhCApif6Gamp/05HSj3vUm31H3K3Q02vA5CqxELUJ5TWJVXwdkYNzj
        GXGBH3hDsgLf8Y6C
        """)

    static let rsa1024PKCS1 = pem(
        "RSA PRIVATE KEY",
        """
        MIICXgIBAAKBgQCqcsDIn9EqaLPDmXftr44yxTtZA4vq0pyqEAjgmVKQhxUOuxDc
        a8BiYPWFXNY/U9ZwCnuLFEeUpI2zAc+xK3nW2++QEHqSieF5c/awy3Kgw+3yfj8l
        qYTE4t22Eu4XtISI7oGIbc6wvAEl70/le4wy095YN9KEX3hZBkfBr06u6QIDAQAB
        AoGBAJzFSxe8FvBAuQaxAyN0kv+TdNCceHaVHE82zFN38f7In8+asxlpaduSfoAZ
        MV2xyMvoeFUlY+kNqN76TYMRD8/U2prwgUnjIMaKDCR1gyyeYVBJR/liEZiJVvIT
        BdzofqySalczZEdjqqRsMWmuFWUxrfn4AqvojofsSdMpsJVZAkEA0fbIXPP0jCKn
        uWZx9oFNpjfS/8CxgtYBjFwf1LCGakJaB2KTxpMmlpco2y0vgWBoe1uDW6zqmlhu
        dp7Hzut8owJBAM/R9qa5dd9TXQScbqD+vHF6tG75b2lJzRFrGxbNoC2x7xdnwlph
        mzgidd4zFEvnbxci7W7ef3eqjYxzThIlcwMCQQCTuy//Nyc58qhQquRErXYVHfI4
        QTyk8i7ks20yGYJ6AXWW/KU9cwwTqQf2LzTdsxfQs/MY7fGj59TRYab00HxBAkEA
        z6Bx0HiR7yEWWbkAPhDCrI1vH0BNst9s5e4gDlQ5p+2RdczQPAQwU5D6OZjGul7q
        ei8HEDFzIFdhO+UnJrILiQJASxt9iS/xNB/CxOlWIQgKYn+hmpqf9OR0o971Jt9R
        9yt0NNrwOQqsRC1CeU1iVV8HZGDc4xlxgR94Q7IC3/GOgg==
        """)

    static let rsa768 = pem(
        "PRIVATE KEY",
        """
        MIIB5QIBADANBgkqhkiG9w0BAQEFAASCAc8wggHLAgEAAmEAu64yGzI8mJF5k6Z6
        f97DpnkSNF69KR3fgWCtvKoRqlT9/J4mw41PFYlnXkebph3RDb3XMqOR0bbadR3o
        qzhdk/mi0W7cBAlxRzzeBD+NVNeWKJ1Ls6rYatxs1GUd+ED7AgMBAAECYQCrUHCw
        XoTthy0A19/NxNu2o6E4aJomY/xWrpcoNd12K6rD4uDjc6OStx/B8X9kfKV61Pv1
        5I3QPyQa/aZaCvW3CEK+MeJ4xr6ywQ5Ar5jHf7KifXU5Tm5OtoCuEOAmNVECMQDx
        8wwso9LI5kfIhkO5LEpqoD4OA8gdWMedmC2cIEs5hUa05XdZscEQI1Zzk4ia0NUC
        MQDGlFsuzgekqj7XRpiUVzRRa9avw8cKfGwrnf3qZ1VihP6bAsMpimlVYP68j8Hk
        Mo8CMFPAjHBPbUG55RNW1s6ctE3gllqHmJgACWlWKkOnMiMBLY6k+AGGdIw/j0eG
        xHzC2QIxAJYT5V3YRBqEt/2G0yW5SkcG0zf/JFyecDn+q7oN4pAUpz+LtOeePcFT
        DvJ/SzAlrQIwBh+9hgR9GSg1iCiNTsrvJxkKD9aNti3wdhy5QB6XpusrzF4po1eV
        cX/COgO2t1oW
        """)

    static let rsa768PKCS1 = pem(
        "RSA PRIVATE KEY",
        """
        MIIBywIBAAJhALuuMhsyPJiReZOmen/ew6Z5EjRevSkd34FgrbyqEapU/fyeJsON
        TxWJZ15Hm6Yd0Q291zKjkdG22nUd6Ks4XZP5otFu3AQJcUc83gQ/jVTXliidS7Oq
        2GrcbNRlHfhA+wIDAQABAmEAq1BwsF6E7YctANffzcTbtqOhOGiaJmP8Vq6XKDXd
        diuqw+Lg43OjkrcfwfF/ZHyletT79eSN0D8kGv2mWgr1twhCvjHieMa+ssEOQK+Y
        x3+yon11OU5uTraArhDgJjVRAjEA8fMMLKPSyOZHyIZDuSxKaqA+DgPIHVjHnZgt
        nCBLOYVGtOV3WbHBECNWc5OImtDVAjEAxpRbLs4HpKo+10aYlFc0UWvWr8PHCnxs
        K5396mdVYoT+mwLDKYppVWD+vI/B5DKPAjBTwIxwT21BueUTVtbOnLRN4JZah5iY
        AAlpVipDpzIjAS2OpPgBhnSMP49HhsR8wtkCMQCWE+Vd2EQahLf9htMluUpHBtM3
        /yRcnnA5/qu6DeKQFKc/i7Tnnj3BUw7yf0swJa0CMAYfvYYEfRkoNYgojU7K7ycZ
        Cg/WjbYt8HYcuUAel6brK8xeKaNXlXF/wjoDtrdaFg==
        """)

    static let ed25519 = pem(
        "PRIVATE KEY",
        """
        MC4CAQAwBQYDK2VwBCIEIPkitDftwouV/lFo9ydEm2wcioQBilxaSIqCQx0RZEb2
        """)

    static let ecdsa = pem(
        "PRIVATE KEY",
        """
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOaHB/1RnL0girjPJ
        sXd+U6vVqgGj1LPUgOZmll66wLqhRANCAAQ+KyUTaHQZP9lZN8AxqS86p5yQWTgP
        j+6yxl/m/l/ejmF1eTruyUS75CxdV+ZG2ImnQW/eY+3p0CO0KhNwvYd3
        """)

    static let rsa1024Public =
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCqcsDIn9EqaLPDmXftr44yxTtZA4vq0pyqEAjg"
        + "mVKQhxUOuxDca8BiYPWFXNY/U9ZwCnuLFEeUpI2zAc+xK3nW2++QEHqSieF5c/awy3Kgw+3yfj8l"
        + "qYTE4t22Eu4XtISI7oGIbc6wvAEl70/le4wy095YN9KEX3hZBkfBr06u6QIDAQAB"

    static let ed25519Public = "YCcY/kkg3hvAimHOV55Y4HOZf4kcZfR5LjHLdnZTlAc="
}
